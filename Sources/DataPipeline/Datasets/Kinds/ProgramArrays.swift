import Configuration

/// Arrays of a program that uses Lockstep as a library. A configuration file has their shape, but not their values.
package struct ProgramArrays: DatasetSettings {
  package var shape = [1]
  package var classes = 2
  private var splits: Splits?

  private struct Splits: Sendable {
    var training: ArraySplit
    var validation: ArraySplit?
    var test: ArraySplit?
  }

  init(training: ArraySplit, validation: ArraySplit?, test: ArraySplit?) {
    (shape, classes) = (training.sampleShape, training.outputs)
    splits = Splits(training: training, validation: validation, test: test)
  }

  private init(shape: [Int], classes: Int) { (self.shape, self.classes) = (shape, classes) }

  /// Ignores the values, since runs compare digests of their data.
  package static func == (first: Self, second: Self) -> Bool {
    first.shape == second.shape && first.classes == second.classes
  }

  package static var form: Form<ProgramArrays> {
    Form(
      "arrays", "arrays of a program in Swift; not for the command line",
      template: ProgramArrays(shape: [1], classes: 2),
      example: ProgramArrays(shape: [3], classes: 5),
      fields: [
        Field(
          "shape", \.shape, Codec.integer(atLeast: 1).list("integers ≥ 1", atLeast: 1),
          "Shape of a sample, `[height, width, channels]` or `[features]`."),
        Field("classes", \.classes, .integer(atLeast: 2, atMost: 10_000), "Number of classes."),
      ])
  }

  package static var origin: DatasetOrigin { .program }
  package static var locationKeys: [String] { [] }
  package var samples: SampleContent { .arrays }
  package var nominalShape: NominalShape { NominalShape(sample: shape, classes: classes) }
  package var trainingCount: Int? { splits?.training.count }
  package var mayBringValidation: Bool { splits?.validation != nil }
  package var heldOutAdvice: String? { "give a validation or test split of arrays" }
  package var imageFiles: ImageFileLimits? { nil }

  package func check(_ data: DatasetSpecification, _ context: inout DecodingContext) {
    let isWhole = data.validation == nil && data.trainLimit == nil && data.testLimit == nil
    context.check(
      "data.validation", "data.train_limit", "data.test_limit", "data.augment", "data.evaluation_transforms",
      "data.normalize", holds: isWhole && data.transforms.isEmpty && data.normalization == .none,
      "arrays are taken as the program gives them", hint: "leave the key out, and change the arrays")
  }

  package func open(_ data: DatasetSpecification, _ opening: DatasetOpening) throws(DataError) -> DatasetSplits {
    guard let splits else {
      throw DataError(
        "data.dataset", "arrays are given by a program in Swift, and this one gives none",
        advice: "give the configuration DatasetSpecification.arrays", isWrongUse: true)
    }
    return DatasetSplits(
      training: splits.training, validation: splits.validation, test: splits.test, normalizer: .none, unreadable: [])
  }
}

extension DatasetSpecification {
  /// Samples that the program holds in arrays. They are used as they are: nothing is normalised, augmented or held out.
  ///
  /// - Parameters:
  ///   - training: At least one sample.
  ///   - validation: Evaluated during training; nil for none.
  ///   - test: Evaluated after the last step; nil for none.
  public static func arrays(
    training: ArraySplit, validation: ArraySplit? = nil, test: ArraySplit? = nil
  ) -> DatasetSpecification {
    for split in [validation, test].compactMap({ $0 }) {
      precondition(
        split.sampleShape == training.sampleShape && split.outputs == training.outputs,
        "samples of \(split.sampleShape) and \(split.outputs) classes, trained on \(training.sampleShape) and "
          + "\(training.outputs)")
    }
    return DatasetSpecification(ProgramArrays(training: training, validation: validation, test: test))
  }
}
