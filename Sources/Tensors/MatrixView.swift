/// A matrix in memory that it does not own; operand of a matrix product.
public struct MatrixView {
  public let pointer: UnsafeMutableRawPointer
  /// Number of elements from the start of one row in memory to the start of the next.
  public let stride: Int
  /// Whether the operand is the transpose of the matrix in memory.
  public let isTransposed: Bool

  public init(_ pointer: UnsafeMutableRawPointer, stride: Int, transposed: Bool = false) {
    (self.pointer, self.stride, self.isTransposed) = (pointer, stride, transposed)
  }

  /// A whole tensor of two dimensions.
  public init(_ tensor: Tensor, transposed: Bool = false) {
    precondition(tensor.shape.count == 2, "a tensor of shape \(tensor.shape) is no matrix")
    self.init(tensor.pointer, stride: tensor.shape[1], transposed: transposed)
  }

  var floats: UnsafeMutablePointer<Float> { pointer.assumingMemoryBound(to: Float.self) }
  var doubles: UnsafeMutablePointer<Double> { pointer.assumingMemoryBound(to: Double.self) }
}
