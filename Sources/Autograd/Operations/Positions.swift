import CKernels
import Foundation
import Tensors

/// Positions of a sequence's time steps.
extension Variable {
  /// Adds row t of `rows` `[≥ position + time, width]` to every sample's row t − position of `[batch, time, width]`.
  public func addingPositions(_ rows: Variable, from position: Int = 0) -> Variable {
    precondition(
      shape.count == 3 && rows.shape.count == 2 && rows.shape[1] == shape[2]
        && position >= 0 && position + shape[1] <= rows.shape[0],
      "positions \(rows.shape) from \(position) on for sequences \(shape)")
    let (samples, count) = (shape[0], shape[1] * shape[2])
    let used = rows.value.rows(position..<position + shape[1])
    let output = emptyLike()
    ck_add_to_samples(type, samples, count, value.pointer, used.pointer, output.pointer)
    return tape.record(output, inputs: [self, rows]) { [self] gradient in
      tape.accumulateGradient(of: rows) { target, adding in
        if !adding { target.fillWithZeros() }
        let part = target.rows(position..<position + shape[1])
        ck_sum_of_samples(type, samples, count, gradient.pointer, part.pointer, true)
      }
      tape.addGradient(gradient, to: self)
    }
  }

  /// Rotates the queries and keys of packed `[batch, time, 3·width]` (queries, keys, values, with their `heads` side by side)
  /// by their positions (Su et al., 2021); values stay.
  public func rotated(by table: RotaryTable, heads: Int, from position: Int = 0) -> Variable {
    precondition(
      shape.count == 3 && shape[2] == 3 * heads * table.size && dtype == table.cosines.dtype
        && position >= 0 && position + shape[1] <= table.positions,
      "rotation of \(dtype)\(shape) from \(position) on by \(table.positions) positions for heads of \(table.size)")
    let output = emptyLike()
    output.copy(from: value)
    func rotate(_ tensor: Tensor, inverse: Bool) {
      ck_rotary(
        type, shape[0], shape[1], 2 * heads, table.size, shape[2], position, table.cosines.pointer,
        table.sines.pointer, inverse, tensor.pointer)
    }
    rotate(output, inverse: false)
    return tape.record(output, inputs: [self]) { [self] gradient in
      let back = emptyLike()
      back.copy(from: gradient)
      rotate(back, inverse: true)
      tape.addGradient(back, to: self)
    }
  }
}

/// Cosines and sines of position · 10000^(−2i / size) (Su et al., 2021, equation 15).
public struct RotaryTable: Sendable {
  public let positions: Int
  /// Number of elements of a head, even.
  public let size: Int
  /// Both `[positions, size / 2]`.
  let cosines: Tensor
  let sines: Tensor

  public init(positions: Int, size: Int, dtype: DType, pool: StoragePool) {
    precondition(size % 2 == 0, "rotary positions for heads of \(size)")
    (self.positions, self.size) = (positions, size)
    let angles = (0..<positions).flatMap { position in
      (0..<size / 2).map { Double(position) * pow(10_000, -2 * Double($0) / Double(size)) }
    }
    cosines = Tensor(angles.map { cos($0) }, shape: [positions, size / 2], dtype: dtype, pool: pool)
    sines = Tensor(angles.map { sin($0) }, shape: [positions, size / 2], dtype: dtype, pool: pool)
  }
}

extension Tensor {
  /// `[positions, width]`: sin(position · 10000^(−2i / width)) in channel 2i, the cosine in 2i + 1 (Vaswani et al., 2017,
  /// section 3.5).
  public static func sinusoidalPositions(_ positions: Int, width: Int, dtype: DType, pool: StoragePool) -> Tensor {
    let values = (0..<positions).flatMap { position in
      (0..<width).map { channel in
        let angle = Double(position) * pow(10_000, -Double(channel / 2 * 2) / Double(width))
        return channel % 2 == 0 ? sin(angle) : cos(angle)
      }
    }
    return Tensor(values, shape: [positions, width], dtype: dtype, pool: pool)
  }
}
