extension StepProducts {
  /// Rows that are multiplied at once: their results fit the second-level cache for a few thousand columns.
  static let blockRows = 128

  /// c = a·op(b) for many rows, where `finish` then has something to do with the result, such as to add a bias: block by
  /// block where b can be packed for that, so that `finish` finds each block in the caches.
  ///
  /// - Parameters:
  ///   - a: `[rows, inner]`
  ///   - b: `[columns, inner]` with `transposed`, else `[inner, columns]`.
  ///   - c: `[rows, columns]`, overwritten.
  ///   - finish: Called for runs of rows that are there, each row once, from the first to the last.
  public func multiply(
    _ a: Tensor, _ b: Tensor, transposed: Bool, into c: Tensor, finish: (_ rows: Range<Int>) -> Void
  ) {
    let (rows, size) = (a.shape[0], Self.blockRows)
    guard let product = preparePacked(b, transposed: transposed, rows: size, steps: rows / size) else {
      BLAS.multiply(a, b, transposeB: transposed, into: c)
      return finish(0..<rows)
    }
    for start in stride(from: 0, to: rows, by: size) {
      let block = start..<min(start + size, rows)
      let (left, result) = (a.rows(block), c.rows(block))
      if block.count == size {
        product.multiply(MatrixView(left), into: result)
      } else {
        BLAS.multiply(left, b, transposeB: transposed, into: result)
      }
      finish(block)
    }
  }
}
