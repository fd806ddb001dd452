import CKernels
import Tensors

/// Sequences `[batch, time, channels]` of different lengths, padded to one: `lengths` is the number of valid time steps
/// of each sample, from the first on. Nothing here depends on the values of the others, which get no gradient.
extension Variable {
  /// Zeroes the padding of each sample.
  public func masked(lengths: [Int]) -> Variable {
    checkSequences(lengths: lengths)
    let time = shape[1]
    if lengths.allSatisfy({ $0 == time }) { return self }
    return movingRows(
      lengths.enumerated().map { RowRange(from: $0 * time, to: $0 * time, count: $1) }, to: shape)
  }

  /// Reverses each sample's valid time steps; padding becomes zero.
  public func reversedInTime(lengths: [Int]) -> Variable {
    checkSequences(lengths: lengths)
    let time = shape[1]
    return movingRows(
      lengths.enumerated().map {
        RowRange(from: $0 * time + $1 - 1, to: $0 * time, count: $1, isReversed: true)
      }, to: shape)
  }

  /// Each sample's last valid time step: `[batch, channels]`.
  public func lastTimeStep(lengths: [Int]? = nil) -> Variable {
    checkSequences(lengths: lengths)
    let (batch, time) = (shape[0], shape[1])
    return movingRows(
      (0..<batch).map { RowRange(from: $0 * time + (lengths?[$0] ?? time) - 1, to: $0, count: 1) },
      to: [batch, shape[2]])
  }

  /// Each sample's first time step: `[batch, channels]`.
  public func firstTimeStep() -> Variable { lastTimeStep(lengths: Array(repeating: 1, count: shape[0])) }

  /// Adds time steps of zeros until there are `count`.
  public func paddedInTime(to count: Int) -> Variable {
    checkSequences(lengths: nil)
    let (batch, time) = (shape[0], shape[1])
    if count <= time { return self }
    return movingRows(
      (0..<batch).map { RowRange(from: $0 * time, to: $0 * count, count: time) }, to: [batch, count, shape[2]])
  }

  /// All samples' valid time steps one after the other: `[Σ lengths, channels]`.
  public func packed(lengths: [Int]) -> Variable {
    checkSequences(lengths: lengths)
    let ranges = RowRange.packing(lengths, time: shape[1])
    return movingRows(ranges, to: [lengths.reduce(0, +), shape[2]])
  }

  /// The inverse of `packed`, with zeros for padding: `[batch, time, channels]`.
  public func unpacked(lengths: [Int], time: Int) -> Variable {
    precondition(
      shape.count == 2 && shape[0] == lengths.reduce(0, +), "\(shape) for sequences of lengths \(lengths)")
    let ranges = RowRange.packing(lengths, time: time).map { RowRange(from: $0.to, to: $0.from, count: $0.count) }
    return movingRows(ranges, to: [lengths.count, time, shape[1]])
  }

  func checkSequences(lengths: [Int]?) {
    precondition(shape.count == 3 && shape[1] > 0, "sequences [batch, time, channels], not shape \(shape)")
    guard let lengths else { return }
    precondition(
      lengths.count == shape[0] && lengths.allSatisfy { (1...shape[1]).contains($0) },
      "lengths \(lengths) for sequences \(shape)")
  }

  /// Moves rows of the last dimension to other indices; other rows are zeros. No two rows may go to one index.
  private func movingRows(_ ranges: [RowRange], to outputShape: [Int]) -> Variable {
    let output = Tensor(zeros: outputShape, dtype: dtype, pool: tape.pool)
    for range in ranges { range.copy(value, to: output) }
    return tape.record(output, inputs: [self]) { [self] gradient in
      tape.accumulateGradient(of: self) { target, adding in
        if !adding { target.fillWithZeros() }
        for range in ranges { range.add(gradient, backTo: target) }
      }
    }
  }
}

/// Contiguous rows that move together.
private struct RowRange {
  /// The first row's old and new index; reversed, the old ones count down.
  var from: Int
  var to: Int
  var count: Int
  var isReversed = false

  static func packing(_ lengths: [Int], time: Int) -> [RowRange] {
    var row = 0
    return lengths.enumerated().map { sample, length in
      defer { row += length }
      return RowRange(from: sample * time, to: row, count: length)
    }
  }

  func copy(_ source: Tensor, to target: Tensor) {
    let columns = source.size(-1)
    ck_copy_rows(
      source.dtype.kernelType, count, columns, source.row(from), isReversed ? -columns : columns, target.row(to),
      columns, false)
  }

  func add(_ gradient: Tensor, backTo target: Tensor) {
    let columns = target.size(-1)
    ck_copy_rows(
      target.dtype.kernelType, count, columns, gradient.row(to), columns, target.row(from),
      isReversed ? -columns : columns, true)
  }
}

extension Tensor {
  /// Address of row `index` of the last dimension.
  fileprivate func row(_ index: Int) -> UnsafeMutableRawPointer { pointer + index * size(-1) * dtype.size }
}
