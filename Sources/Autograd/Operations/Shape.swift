import CKernels
import Tensors

/// Operations that move values without changing them.
extension Variable {
  /// The same elements in another shape, without a copy; one size may be -1 and is inferred.
  public func reshaped(_ shape: [Int]) -> Variable {
    tape.record(value.reshaped(shape), inputs: [self]) { [self] gradient in
      tape.addGradient(gradient, to: self)
    }
  }

  /// `[batch, height, width, channels]` to `[batch, channels·height·width]`: each sample's features channel by
  /// channel, as PyTorch flattens.
  public func flattenedChannelsFirst() -> Variable {
    precondition(shape.count == 4, "flattenedChannelsFirst takes images, not shape \(shape)")
    let (batch, area, channels) = (shape[0], shape[1] * shape[2], shape[3])
    if area == 1 || channels == 1 { return reshaped([batch, area * channels]) }
    let output = Tensor(uninitialized: [batch, channels * area], dtype: dtype, pool: tape.pool)
    output.writeTransposes(of: value, count: batch, rows: area, columns: channels)
    return tape.record(output, inputs: [self]) { [self] gradient in
      let back = Tensor(uninitialized: shape, dtype: dtype, pool: tape.pool)
      back.writeTransposes(of: gradient, count: batch, rows: channels, columns: area)
      tape.addGradient(back, to: self)
    }
  }

  /// `[rows, columns]` to `[columns, rows]`.
  public func transposed() -> Variable {
    precondition(shape.count == 2, "transposed takes a matrix, not shape \(shape)")
    let (rows, columns) = (shape[0], shape[1])
    let output = Tensor(uninitialized: [columns, rows], dtype: dtype, pool: tape.pool)
    output.writeTransposes(of: value, count: 1, rows: rows, columns: columns)
    return tape.record(output, inputs: [self]) { [self] gradient in
      let back = Tensor(uninitialized: shape, dtype: dtype, pool: tape.pool)
      back.writeTransposes(of: gradient, count: 1, rows: columns, columns: rows)
      tape.addGradient(back, to: self)
    }
  }

  /// Concatenates inputs `[batch, …, channelsᵢ]`: `[batch, …, Σ channelsᵢ]`.
  public static func concatenatingChannels(_ inputs: [Variable]) -> Variable {
    guard let first = inputs.first else { preconditionFailure("concatenation of no variables") }
    if inputs.count == 1 { return first }
    let leading = Array(first.shape.dropLast())
    for input in inputs {
      precondition(Array(input.shape.dropLast()) == leading, "cannot concatenate \(first.shape) and \(input.shape)")
    }
    let widths = inputs.map { $0.value.size(-1) }
    let rows = leading.reduce(1, *)
    let output = Tensor(
      uninitialized: leading + [widths.reduce(0, +)], dtype: first.dtype, pool: first.tape.pool)
    var column = 0
    for (input, width) in zip(inputs, widths) {
      output.writeColumns(column..<column + width, rows: rows, from: input.value)
      column += width
    }
    return first.tape.record(output, inputs: inputs) { gradient in
      var column = 0
      for (input, width) in zip(inputs, widths) {
        if input.requiresGradient {
          let part = Tensor(uninitialized: input.shape, dtype: input.dtype, pool: input.tape.pool)
          part.readColumns(column..<column + width, rows: rows, from: gradient)
          input.tape.addGradient(part, to: input)
        }
        column += width
      }
    }
  }

  /// Channels `range` of `[batch, …, channels]`.
  public func channels(_ range: Range<Int>) -> Variable {
    let width = value.size(-1)
    precondition(range.lowerBound >= 0 && range.upperBound <= width, "channels \(range) of \(shape)")
    let rows = width == 0 ? 0 : value.count / width
    let output = Tensor(uninitialized: shape.dropLast() + [range.count], dtype: dtype, pool: tape.pool)
    output.readColumns(range, rows: rows, from: value)
    return tape.record(output, inputs: [self]) { [self] gradient in
      let back = Tensor(zeros: shape, dtype: dtype, pool: tape.pool)
      back.writeColumns(range, rows: rows, from: gradient)
      tape.addGradient(back, to: self)
    }
  }

  /// Rows `range` of the first dimension, without a copy.
  public func rows(_ range: Range<Int>) -> Variable {
    tape.record(value.rows(range), inputs: [self]) { [self] gradient in
      let back = Tensor(zeros: shape, dtype: dtype, pool: tape.pool)
      back.rows(range).copy(from: gradient)
      tape.addGradient(back, to: self)
    }
  }
}

extension Tensor {
  /// Makes `[count, columns, rows]` of `[count, rows, columns]`.
  fileprivate func writeTransposes(of source: Tensor, count: Int, rows: Int, columns: Int) {
    ck_transpose(dtype.kernelType, count, rows, columns, source.pointer, pointer)
  }

  /// Writes all of `source` into columns `range` of this tensor seen as `rows` rows.
  fileprivate func writeColumns(_ range: Range<Int>, rows: Int, from source: Tensor) {
    let start = pointer + range.lowerBound * dtype.size
    ck_copy_rows(dtype.kernelType, rows, range.count, source.pointer, range.count, start, size(-1), false)
  }

  /// Fills this tensor with columns `range` of `source` seen as `rows` rows.
  fileprivate func readColumns(_ range: Range<Int>, rows: Int, from source: Tensor) {
    let start = source.pointer + range.lowerBound * dtype.size
    ck_copy_rows(dtype.kernelType, rows, range.count, start, source.size(-1), pointer, range.count, false)
  }
}
