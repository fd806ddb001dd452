extension DatasetSplits {
  /// Makes the splits of images from opened files.
  init(images files: DatasetFiles, _ data: DatasetSpecification, _ opening: DatasetOpening) throws(DataError) {
    var trainingRecords = Array(0..<Self.limit(files.training.count, to: data.trainLimit))
    var validation = files.validation.map { ImageSplit($0) }
    if let wanted = data.validation {
      let parts = try ValidationSplit.divide(
        labels: trainingRecords.map { files.training.labels[$0] }, classCount: files.training.classNames.count,
        taking: wanted, fromEnd: data.validationFromEnd, seed: opening.seed)
      trainingRecords = parts.training
      validation = ImageSplit(dataset: files.training, records: parts.validation)
    }
    let training = ImageSplit(dataset: files.training, records: trainingRecords)
    let shape = try Self.transformedShape(of: training.sampleShape, data)
    if let known = Normalizer(knownFor: data.normalization) { try known.check(fits: training.dataset.imageShape) }
    let normalizer: Normalizer
    if let given = opening.normalizer {
      try given.check(fits: training.dataset.imageShape)
      normalizer = given
    } else {
      normalizer = try Normalizer(data.normalization, of: training)
    }
    self.init(
      training: training, validation: validation,
      test: files.test.map { test in
        ImageSplit(dataset: test, records: Array(0..<Self.limit(test.count, to: data.testLimit)))
      },
      normalizer: normalizer, transforms: data.transforms, transformedShape: shape,
      unreadable: files.unreadable, notes: files.report.sentences, report: files.report)
  }

  private static func limit(_ count: Int, to limit: Int?) -> Int { min(count, limit ?? count) }

  private static func transformedShape(of shape: [Int], _ data: DatasetSpecification) throws(DataError) -> [Int] {
    do throws(ImageTransforms.Fault) {
      return try data.transforms.sampleShape(of: shape, data.normalization)
    } catch {
      throw DataError(error.key, error.problem, advice: error.hint, isWrongUse: true)
    }
  }
}
