import Hashing
import Tensors

/// Samples that a program holds in arrays, each with a class.
public struct ArraySplit: SampleSplit {
  /// `[features]`, `[height, width, channels]`, or any other shape that the model takes.
  public let sampleShape: [Int]
  public let classNames: [String]
  private let values: [Float]
  private let classes: [Int32]

  /// - Parameters:
  ///   - samples: The values of each sample, in row-major order; all have as many as `shape` says.
  ///   - labels: The class of each sample, in `0 ..< classes`.
  ///   - shape: Shape of a sample; nil is `[features]`.
  ///   - classes: Number of classes, at least 2.
  public init(_ samples: [[Float]], labels: [Int], shape: [Int]? = nil, classes: Int) {
    let shape = shape ?? [samples.first?.count ?? 1]
    let size = shape.reduce(1, *)
    precondition(samples.count == labels.count, "\(samples.count) samples with \(labels.count) labels")
    precondition(classes >= 2, "\(classes) classes")
    precondition(size > 0, "samples of shape \(shape)")
    for (index, sample) in samples.enumerated() where sample.count != size {
      preconditionFailure("sample \(index) has \(sample.count) values, not \(size) as shape \(shape) says")
    }
    for (index, label) in labels.enumerated() where !(0..<classes).contains(label) {
      preconditionFailure("sample \(index) has class \(label), not one of 0..<\(classes)")
    }
    (sampleShape, classNames) = (shape, (0..<classes).map { "\($0)" })
    (values, self.classes) = (samples.flatMap { $0 }, labels.map { Int32($0) })
  }

  public var count: Int { classes.count }
  public var outputs: Int { classNames.count }
  public var labels: [Int32]? { classes }
  public var contentShape: String { "arrays of \(sampleShape)" }

  public func addContent(to hash: inout SHA256) {
    hash.update("\(classes)".utf8)
    values.withUnsafeBytes { hash.update($0) }
  }

  public func makeSampler(seed: UInt64, batchSize: Int, dropLast: Bool) -> any StepSampler {
    EpochSampler(seed: seed, count: count, batchSize: batchSize, dropLast: dropLast)
  }

  public func makeAssembler(_ preparation: ImagePreparation, seed: UInt64, pool: StoragePool) -> any BatchAssembler {
    ArrayAssembler(split: self, pool: pool)
  }

  fileprivate func copy(_ sample: Int, to target: UnsafeMutableBufferPointer<Float>) {
    let size = sampleShape.reduce(1, *)
    _ = target.update(fromContentsOf: values[sample * size..<(sample + 1) * size])
  }

  fileprivate func label(of sample: Int) -> Int32 { classes[sample] }
}

/// Makes batches of samples in arrays: inputs `[count] + sampleShape`, labels `[count]`.
private struct ArrayAssembler: BatchAssembler {
  let split: ArraySplit
  let pool: StoragePool

  func assemble(_ samples: ArraySlice<Int>, of step: StepSamples, firstPosition: Int) -> Batch {
    let inputs = Tensor(uninitialized: [samples.count] + split.sampleShape, pool: pool)
    let labels = Tensor(uninitialized: [samples.count], dtype: .int32, pool: pool)
    let size = split.sampleShape.reduce(1, *)
    for (row, sample) in samples.enumerated() {
      split.copy(sample, to: .init(rebasing: inputs.floats[row * size..<(row + 1) * size]))
      labels.int32s[row] = split.label(of: sample)
    }
    return Batch(
      inputs: inputs, labels: labels, sampleIndices: samples.map { UInt32($0) }, firstPosition: firstPosition)
  }

  func evaluationBlocks(ofSize size: Int) -> EvaluationBlocks { EvaluationBlocks(count: split.count, blockSize: size) }

  func assembleForEvaluation(_ samples: Range<Int>) -> Batch {
    let all = ArraySlice(samples)
    return assemble(all, of: StepSamples(epoch: 0, samples: all), firstPosition: samples.lowerBound)
  }
}
