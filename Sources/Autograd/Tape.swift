import CKernels
import Tensors

/// Records operations as they run and replays them backwards: reverse-mode automatic differentiation.
///
/// An operation computes its output at once and, if a gradient is required, records a closure that
/// turns the output's gradient into contributions to its inputs' gradients. A tape serves one forward and one
/// backward pass of one shard; its memory returns to the pool as the backward pass goes.
public final class Tape {
  public let context: ExecutionContext
  /// False for evaluation: nothing is recorded, and intermediate values are freed as soon as they have been used.
  public let isRecording: Bool
  /// Flat buffer for the parameters' gradients, at their offsets; nil if none are required.
  public let parameterGradients: Tensor?

  /// Measures the time of operations; nil without measurement.
  public var clock: OperationClock?

  private struct Node {
    let output: Variable
    /// Owner of the operation, as numbered by the clock.
    let owner: Int
    let backward: (Tensor) -> Void
  }

  private var nodes: [Node] = []
  // By parameter index, so that a parameter used twice is one variable with one gradient.
  private var parameterVariables: [Variable?] = []
  // Number of operations recorded before the first use of each of them.
  private var firstUses: [Int] = []

  public init(context: ExecutionContext, recording: Bool = true, parameterGradients: Tensor? = nil) {
    self.context = context
    self.isRecording = recording
    self.parameterGradients = parameterGradients
  }

  public var pool: StoragePool { context.pool }

  /// A value from outside. Require its gradient to analyse the inputs that a network responds to.
  public func input(_ value: Tensor, requiresGradient: Bool = false) -> Variable {
    Variable(value: value, tape: self, requiresGradient: requiresGradient && isRecording)
  }

  /// A parameter's current value; its gradient is written to its range of `parameterGradients`. A frozen one has none: operations
  /// on frozen parameters and data alone are not recorded.
  public func parameter(_ parameter: Parameter) -> Variable {
    if parameter.index < parameterVariables.count, let known = parameterVariables[parameter.index] { return known }
    let destination = parameter.isFrozen ? nil : parameterGradients.map { parameter.view(of: $0) }
    let variable = Variable(
      value: parameter.value, tape: self, requiresGradient: isRecording && destination != nil,
      destination: destination)
    if parameterVariables.count <= parameter.index {
      let missing = parameter.index + 1 - parameterVariables.count
      parameterVariables.append(contentsOf: repeatElement(nil, count: missing))
      firstUses.append(contentsOf: repeatElement(0, count: missing))
    }
    parameterVariables[parameter.index] = variable
    firstUses[parameter.index] = nodes.count
    return variable
  }

  /// Called by operations: wraps `value`, and keeps `backward` if one of `inputs` requires a gradient.
  ///
  /// `backward` receives the gradient of `value` (same shape and type) and must not write to it; it
  /// passes its contributions on through `accumulateGradient` and `addGradient`.
  public func record(_ value: Tensor, inputs: [Variable], backward: @escaping (Tensor) -> Void) -> Variable {
    let wanted = isRecording && inputs.contains { $0.requiresGradient }
    let output = Variable(value: value, tape: self, requiresGradient: wanted)
    if wanted { nodes.append(Node(output: output, owner: clock?.owner ?? 0, backward: backward)) }
    return output
  }

  /// Lets `write` write a contribution directly into the variable's gradient.
  ///
  /// `write` receives that tensor, and whether to add to it (true) or overwrite it (false, contents undefined). Not called if
  /// the variable requires no gradient.
  public func accumulateGradient(of variable: Variable, _ write: (Tensor, _ adding: Bool) -> Void) {
    guard variable.requiresGradient else { return }
    if let existing = variable.accumulated {
      if variable.ownsAccumulated {
        write(existing, true)
      } else {
        let sum = Tensor(uninitialized: variable.shape, dtype: variable.dtype, pool: pool)
        sum.copy(from: existing)
        write(sum, true)
        variable.accumulated = sum
        variable.ownsAccumulated = true
      }
      return
    }
    let fresh =
      variable.destination ?? Tensor(uninitialized: variable.shape, dtype: variable.dtype, pool: pool)
    write(fresh, false)
    variable.accumulated = fresh
    variable.ownsAccumulated = true
  }

  /// Adds a finished contribution. The first one is not copied: the variable keeps `gradient` itself, so
  /// it must not be written to any more.
  public func addGradient(_ gradient: Tensor, to variable: Variable) {
    guard variable.requiresGradient else { return }
    precondition(
      gradient.count == variable.value.count, "a gradient of shape \(gradient.shape) for \(variable.shape)")
    if variable.accumulated == nil && variable.destination == nil {
      variable.accumulated = gradient.reshaped(variable.shape)
      variable.ownsAccumulated = false
      return
    }
    if let existing = variable.accumulated, !variable.ownsAccumulated {
      let sum = Tensor(uninitialized: variable.shape, dtype: variable.dtype, pool: pool)
      ck_add(sum.dtype.kernelType, sum.count, existing.pointer, gradient.pointer, sum.pointer)
      variable.accumulated = sum
      variable.ownsAccumulated = true
      return
    }
    accumulateGradient(of: variable) { target, adding in
      if adding {
        ck_axpy(target.dtype.kernelType, target.count, 1, gradient.pointer, target.pointer)
      } else {
        target.copy(from: gradient)
      }
    }
  }

  /// Runs backwards from `output` (one element: a loss), whose own gradient is taken to be one.
  /// The tape is empty afterwards.
  public func backward(from output: Variable) {
    precondition(output.value.count == 1, "backward starts at a single value, not at shape \(output.shape)")
    let one = Tensor([1], shape: output.shape, dtype: output.dtype, pool: pool)
    backward(from: output, gradient: one)
  }

  /// The same, and reports progress after every operation: from element `start` of the flat buffer on, all gradients
  /// are final; gradients without any contribution are zeroed.
  ///
  /// - Parameters:
  ///   - output: The loss, one element.
  ///   - parameters: All that the model trains, in declaration order.
  ///   - isFinal: Called when no later operation changes gradients from the element `start` on.
  public func backward(from output: Variable, of parameters: [Parameter], isFinal: (_ start: Int) -> Void) {
    precondition(output.value.count == 1, "backward starts at a single value, not at shape \(output.shape)")
    addGradient(Tensor([1], shape: output.shape, dtype: output.dtype, pool: pool), to: output)
    var rest = parameters[...]
    var start = parameterGradients?.count ?? 0
    while !nodes.isEmpty {
      replay(downTo: nodes.count - 1)
      while let last = rest.last, nodes.count <= (last.index < firstUses.count ? firstUses[last.index] : Int.max) {
        zeroUntouchedGradients(of: [last])
        start = last.offset
        rest.removeLast()
      }
      isFinal(start)
    }
    // If nothing was recorded.
    zeroUntouchedGradients(of: Array(rest))
  }

  /// Runs backwards from `output`, whose gradient is given.
  public func backward(from output: Variable, gradient: Tensor) {
    addGradient(gradient, to: output)
    replay(downTo: 0)
  }

  /// Number of recorded operations that have not been replayed yet.
  var recordedCount: Int { nodes.count }

  /// Replays recorded operations backwards, until `count` are left.
  func replay(downTo count: Int) {
    while nodes.count > count, let node = nodes.popLast() {
      // Removed first, so that its memory is free for the next operation as soon as this one is done.
      guard let gradient = node.output.accumulated else { continue }
      node.output.accumulated = nil
      if let clock {
        clock.measuringBackward(of: node.owner) { node.backward(gradient) }
      } else {
        node.backward(gradient)
      }
    }
  }

  /// Zeroes the gradient of every parameter that no operation contributed to. Call once after `backward` without `isFinal`.
  public func zeroUntouchedGradients(of parameters: [Parameter]) {
    guard let parameterGradients else { return }
    for parameter in parameters {
      let index = parameter.index
      let touched = index < parameterVariables.count && parameterVariables[index]?.accumulated != nil
      if !touched { parameter.view(of: parameterGradients).fillWithZeros() }
    }
  }
}
