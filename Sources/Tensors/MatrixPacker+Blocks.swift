extension MatrixPacker {
  /// Number of rows that are multiplied at once: for a few thousand columns, their results fit the second-level cache.
  static let blockRows = 128

  /// c = a·op(b) for many rows, followed by `finish`, which adds a bias for example. If b can be packed, this goes block by block,
  /// so that `finish` finds each block in the caches.
  ///
  /// - Parameters:
  ///   - a: `[rows, inner]`
  ///   - b: `[columns, inner]` with `transposed`, else `[inner, columns]`.
  ///   - transposed: Whether `b` is transposed.
  ///   - c: `[rows, columns]`, overwritten.
  ///   - finish: Called for ranges of finished rows, each row once, from the first to the last.
  public func multiply(
    _ a: Tensor, _ b: Tensor, transposed: Bool, into c: Tensor, finish: (_ rows: Range<Int>) -> Void
  ) {
    let (rows, size) = (a.shape[0], Self.blockRows)
    guard let packed = packIfFaster(b, transposed: transposed, rows: size, steps: rows / size) else {
      BLAS.multiply(a, b, transposeB: transposed, into: c)
      return finish(0..<rows)
    }
    for start in stride(from: 0, to: rows, by: size) {
      let block = start..<min(start + size, rows)
      let (left, result) = (a.rows(block), c.rows(block))
      if block.count == size {
        packed.multiply(MatrixView(left), into: result)
      } else {
        BLAS.multiply(left, b, transposeB: transposed, into: result)
      }
      finish(block)
    }
  }
}
