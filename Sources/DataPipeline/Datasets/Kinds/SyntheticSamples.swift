import Configuration

/// Random pixels and labels, for benchmarks.
package struct SyntheticSamples: ImageDatasetSettings {
  /// Shape of a sample: `[height, width, channels]` or `[features]`.
  package var shape = [32, 32, 3]
  package var classes = 10
  package var count = 10_000

  package init(shape: [Int] = [32, 32, 3], classes: Int = 10, count: Int = 10_000) {
    (self.shape, self.classes, self.count) = (shape, classes, count)
  }

  package static var form: Form<SyntheticSamples> {
    Form(
      "synthetic", "random values and labels, for benchmarks", template: SyntheticSamples(),
      example: SyntheticSamples(shape: [7, 5, 2], classes: 3, count: 55),
      fields: [
        Field(
          "shape", \.shape, Codec.integer(atLeast: 1).list("integers ≥ 1", atLeast: 1),
          "Shape of a sample, `[height, width, channels]` or `[features]`."),
        // An evaluation counts classes × classes.
        Field("classes", \.classes, .integer(atLeast: 2, atMost: 10_000), "Number of classes."),
        Field(
          "samples", \.count, .integer(atLeast: 1, atMost: SchemaInteger.largestSynthetic),
          "Number of training samples."),
      ])
  }

  package static var origin: DatasetOrigin { .made }
  package static var locationKeys: [String] { [] }
  package var nominalShape: NominalShape { NominalShape(sample: shape, classes: classes) }
  package var trainingCount: Int? { count }
  package var mayBringValidation: Bool { false }
  package var heldOutAdvice: String? { nil }
  package var imageFiles: ImageFileLimits? { nil }

  package func check(_ data: DatasetSpecification, _ context: inout DecodingContext) {
    context.check(
      "data.shape", holds: shape.count == 1 || shape.count == 3,
      "a sample's shape has one or three sizes, found \(shape.count)",
      hint: "write [features] or [height, width, channels]")
    context.check(
      "data.shape", holds: shape.reduce(1.0) { $0 * Double($1) } <= Double(SchemaInteger.largestSynthetic),
      "a sample of \(shape.map(String.init).joined(separator: "×")) values is too large",
      hint: "the largest has \(SchemaInteger.largestSynthetic)")
  }

  package func openFiles(_ data: DatasetSpecification, _ opening: DatasetOpening) -> DatasetFiles {
    func made(_ part: UInt32, _ count: Int) -> SyntheticDataset {
      SyntheticDataset(sampleShape: shape, classCount: classes, count: count, seed: opening.seed, part: part)
    }
    return DatasetFiles(training: made(0, count), test: made(1, max(1, count / 10)))
  }
}

extension DatasetSpecification {
  /// Random values and labels, for benchmarks.
  ///
  /// - Parameters:
  ///   - shape: Shape of a sample: `[height, width, channels]` or `[features]`.
  ///   - classes: Number of classes, at least 2.
  ///   - count: Training samples.
  public static func synthetic(shape: [Int], classes: Int, count: Int) -> Self {
    Self(SyntheticSamples(shape: shape, classes: classes, count: count))
  }
}
