import CKernels
import Tensors

/// A loss over one shard. Sums, never means: shards of any sizes add up, and the mean over a global batch is
/// Σ `value` / Σ `weight`.
public struct LossResult {
  /// The sum on the tape, shape `[1]`; `Tape.backward(from:)` gives gradients of the sum.
  public let sum: Variable
  /// The same sum in double precision.
  public let value: Double
  /// Divisor of the mean: samples, or their class weights, or samples·outputs, as each loss says.
  public let weight: Double
  /// Number of samples whose largest output is that of their class.
  public let correct: Int
}

/// Losses of outputs `[batch, classes]` against labels `[batch]` (int32), or distributions over the classes.
extension Variable {
  /// Cross-entropy of softmax(self). The target is 1 − smoothing on the label, smoothing / (classes − 1) on every other
  /// class. A sample weighs `classWeights[label]` or 1; `weight` is the sum of these.
  public func softmaxCrossEntropy(
    labels: Tensor, smoothing: Double = 0, classWeights: [Double]? = nil
  ) -> LossResult {
    softmaxLoss(labels: labels, classWeights: classWeights) {
      ck_softmax_cross_entropy(
        $0.type, $0.rows, $0.columns, $0.logits, $0.labels, smoothing, $0.classWeights, $0.gradient, nil)
    }
  }

  /// Arguments of a loss over softmax(self); the gradient is null if none is required.
  package struct SoftmaxArguments {
    package let type: ck_type
    package let rows: Int
    package let columns: Int
    package let logits: UnsafeRawPointer
    package let labels: UnsafePointer<Int32>
    package let classWeights: UnsafeRawPointer?
    package let gradient: UnsafeMutableRawPointer?
  }

  /// A loss over softmax(self) that `kernel` computes. A sample weighs `classWeights[label]` or 1; `weight` is the sum of these.
  package func softmaxLoss(
    labels: Tensor, classWeights: [Double]?, kernel: (SoftmaxArguments) -> ck_loss
  ) -> LossResult {
    let (rows, columns) = requireLogits(for: labels)
    precondition(classWeights.map { $0.count == columns } ?? true, "\(classWeights ?? []) for \(columns) classes")
    let weights = classWeights.map { Tensor($0, shape: [columns], dtype: dtype, pool: tape.pool) }
    let gradient = requiresGradient ? emptyLike() : nil
    let loss = kernel(
      SoftmaxArguments(
        type: type, rows: rows, columns: columns, logits: UnsafeRawPointer(value.pointer), labels: labels.labelPointer,
        classWeights: weights.map { UnsafeRawPointer($0.pointer) }, gradient: gradient?.pointer))
    precondition(
      loss.invalid_row < 0,
      "label \(labels[max(loss.invalid_row, 0)]) of row \(loss.invalid_row) for \(columns) classes")
    return LossResult(
      sum: recordLoss(loss.loss, gradient: gradient), value: loss.loss, weight: loss.weight, correct: loss.correct)
  }

  /// The expectation of `softmaxCrossEntropy(labels:)` over labels drawn from distributions `[batch, classes]`, each row of which
  /// sums to 1: a sample weighs Σ `classWeights` · distribution or 1. A one-hot distribution gives the same as its label.
  public func softmaxCrossEntropy(
    distributions: Tensor, smoothing: Double = 0, classWeights: [Double]? = nil
  ) -> LossResult {
    softmaxLoss(distributions: distributions, classWeights: classWeights) {
      ck_softmax_cross_entropy_dense(
        $0.type, $0.rows, $0.columns, $0.logits, $0.distributions, smoothing, $0.classWeights, $0.gradient, nil)
    }
  }

  /// Arguments of a loss of softmax(self) against distributions; the gradient is null if none is required.
  package struct DistributionArguments {
    package let type: ck_type
    package let rows: Int
    package let columns: Int
    package let logits: UnsafeRawPointer
    package let distributions: UnsafeRawPointer
    package let classWeights: UnsafeRawPointer?
    package let gradient: UnsafeMutableRawPointer?
  }

  /// A loss of softmax(self) against distributions `[batch, classes]` that `kernel` computes.
  package func softmaxLoss(
    distributions: Tensor, classWeights: [Double]?, kernel: (DistributionArguments) -> ck_loss
  ) -> LossResult {
    let (rows, columns) = requireOutputs(for: distributions)
    precondition(classWeights.map { $0.count == columns } ?? true, "\(classWeights ?? []) for \(columns) classes")
    let weights = classWeights.map { Tensor($0, shape: [columns], dtype: dtype, pool: tape.pool) }
    let gradient = requiresGradient ? emptyLike() : nil
    let loss = kernel(
      DistributionArguments(
        type: type, rows: rows, columns: columns, logits: UnsafeRawPointer(value.pointer),
        distributions: UnsafeRawPointer(distributions.pointer),
        classWeights: weights.map { UnsafeRawPointer($0.pointer) }, gradient: gradient?.pointer))
    return LossResult(
      sum: recordLoss(loss.loss, gradient: gradient), value: loss.loss, weight: loss.weight, correct: loss.correct)
  }

  /// Binary cross-entropy of `classes` independent sigmoids against one-hot labels; `weight` is batch·classes, so that the
  /// mean is over samples and classes.
  public func binaryCrossEntropy(labels: Tensor) -> LossResult {
    elementLoss(labels: labels, ck_binary_cross_entropy)
  }

  /// The same against targets in [0, 1], `[batch, classes]`.
  public func binaryCrossEntropy(distributions: Tensor) -> LossResult {
    elementLoss(distributions: distributions, ck_binary_cross_entropy)
  }

  /// Σ (output − one-hot label)²; `weight` is batch·classes, so that the mean is over samples and outputs.
  public func squaredError(labels: Tensor) -> LossResult {
    elementLoss(labels: labels, ck_squared_error)
  }

  /// The same against targets `[batch, classes]`.
  public func squaredError(distributions: Tensor) -> LossResult {
    elementLoss(distributions: distributions, ck_squared_error)
  }

  private typealias LossKernel = (
    ck_type, Int, UnsafeRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer?
  ) -> Double

  private func elementLoss(labels: Tensor, _ kernel: LossKernel) -> LossResult {
    let (rows, columns) = requireLogits(for: labels)
    let targets = emptyLike()
    ck_one_hot(type, rows, columns, labels.labelPointer, targets.pointer)
    return elementLoss(targets, classes: labels, kernel)
  }

  private func elementLoss(distributions: Tensor, _ kernel: LossKernel) -> LossResult {
    let (rows, columns) = requireOutputs(for: distributions)
    let classes = Tensor(uninitialized: [rows], dtype: .int32, pool: tape.pool)
    if let start = classes.int32s.baseAddress { ck_argmax(type, rows, columns, distributions.pointer, start) }
    return elementLoss(distributions, classes: classes, kernel)
  }

  /// - Parameter classes: The likeliest class of each row.
  private func elementLoss(_ targets: Tensor, classes: Tensor, _ kernel: LossKernel) -> LossResult {
    let gradient = requiresGradient ? emptyLike() : nil
    let loss = kernel(type, value.count, value.pointer, targets.pointer, gradient?.pointer)
    return LossResult(
      sum: recordLoss(loss, gradient: gradient), value: loss, weight: Double(value.count),
      correct: countCorrect(classes))
  }

  private func recordLoss(_ loss: Double, gradient: Tensor?) -> Variable {
    let output = Tensor([loss], shape: [1], dtype: dtype, pool: tape.pool)
    return tape.record(output, inputs: [self]) { [self] upstream in
      guard let gradient else { return }
      if upstream[0] == 1 {
        tape.addGradient(gradient, to: self)
      } else {
        addGradient(gradient, scaledBy: upstream[0])
      }
    }
  }

  private func countCorrect(_ labels: Tensor) -> Int {
    let (rows, columns) = rowsAndColumns
    let predictions = Tensor(uninitialized: [rows], dtype: .int32, pool: tape.pool)
    let (found, expected) = (predictions.int32s, labels.int32s)
    if let start = found.baseAddress { ck_argmax(type, rows, columns, value.pointer, start) }
    return (0..<rows).count { found[$0] == expected[$0] }
  }

  private func requireOutputs(for distributions: Tensor) -> (rows: Int, columns: Int) {
    precondition(
      shape.count == 2 && distributions.shape == shape && distributions.dtype == dtype,
      "outputs \(dtype) of shape \(shape) against distributions \(distributions.dtype) of shape \(distributions.shape)")
    return (shape[0], shape[1])
  }

  private func requireLogits(for labels: Tensor) -> (rows: Int, columns: Int) {
    precondition(
      shape.count == 2 && labels.count == shape[0] && labels.dtype == .int32,
      "outputs of shape \(shape) against \(labels.dtype) labels of shape \(labels.shape)")
    return (shape[0], shape[1])
  }
}

extension Tensor {
  fileprivate var labelPointer: UnsafePointer<Int32> { UnsafePointer(pointer.assumingMemoryBound(to: Int32.self)) }
}
