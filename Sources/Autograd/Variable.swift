import Tensors

/// A value that operations on a tape take and give, with its gradient.
public final class Variable {
  public let value: Tensor
  public unowned let tape: Tape
  /// Whether anything upstream requires a gradient; otherwise operations skip the work.
  public let requiresGradient: Bool

  /// Where the gradient must be written (a parameter's range of the flat buffer); nil lets the tape choose.
  let destination: Tensor?
  /// Set if the value consists of rows of a table, for operations that are cheaper on the table than on the value.
  var lookup: TableLookup?
  /// The gradient so far, nil before the first contribution.
  var accumulated: Tensor?
  /// Whether `accumulated` belongs to this variable alone and may be added to in place.
  var ownsAccumulated = false

  init(value: Tensor, tape: Tape, requiresGradient: Bool, destination: Tensor? = nil) {
    self.value = value
    self.tape = tape
    self.requiresGradient = requiresGradient
    self.destination = destination
  }

  public var shape: [Int] { value.shape }
  public var dtype: DType { value.dtype }

  /// The gradient after `Tape.backward`; nil if none arrived. Kept for inputs and parameters only:
  /// gradients in between go back to the pool as soon as they have been used.
  public var gradient: Tensor? { accumulated }
}

/// Rows of a table, by index.
struct TableLookup {
  /// `[batch, time]`, indices in the table's type.
  let tokens: Tensor
  /// `[vocabulary, width]`
  let table: Variable
}
