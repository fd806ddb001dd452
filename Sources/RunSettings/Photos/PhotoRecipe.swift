import Configuration
import DataPipeline

/// The configuration for a folder of images that comes with none.
///
/// The choices follow from the folder alone, never from the machine or a clock.
public struct PhotoRecipe: Sendable {
  public let configuration: RunConfiguration
  /// A sentence for each choice and its reason.
  public let choices: [String]

  /// - Parameters:
  ///   - folder: `CLASS/NAME.jpg`, or `train/CLASS/NAME.jpg` with `test` and perhaps `val`.
  ///   - overrides: As of `RunConfiguration.load`.
  /// - Throws: `DataError`, `ConfigurationError`.
  public init(folder: String, overrides: [String] = []) throws {
    let survey = try ImageFolderSurvey(of: folder)
    let choice = Choice(survey)
    configuration = try RunConfiguration.parse(
      text: choice.yaml(path: folder), fileName: "the configuration for \(folder)", overrides: overrides)
    choices = choice.sentences(survey)
  }

  struct Choice: Equatable {
    let size: Int
    let epochs: Int
    let batchSize: Int
    let takesValidation: Bool

    /// Presentations of images in training: enough for some thousand images, few enough for an hour on small machines.
    static let presentations = 300_000
    static let validationShare = 0.1

    init(_ survey: ImageFolderSurvey) {
      size = survey.medianSide >= 48 ? 64 : 32
      takesValidation = !survey.hasValidation
      let trained = Double(survey.count) * (takesValidation ? 1 - Self.validationShare : 1)
      epochs = min(200, max(5, Int((Double(Self.presentations) / trained).rounded())))
      // At least some twenty steps an epoch, so that small folders are not trained in a few large steps.
      batchSize = [64, 32, 16, 8].first { trained >= Double(20 * $0) } ?? 8
    }

    /// A residual network on images of 32×32; larger ones are halved first, which keeps its cost.
    func yaml(path: String) -> String {
      let stem = size > 32 ? "\n    - {conv: {filters: 16, kernel: 4, stride: 2, padding: 1}}" : ""
      return """
        data:
          dataset: image-folder
          path: \(YAMLEmitter.inline(YAMLNode(.scalar(path, quoted: true))))
          image_size: \(size)
          normalize: imagenet
          augment: [flip, {random_crop: {padding: \(size / 8), mode: reflect}}]
          validation: \(takesValidation ? "\(Self.validationShare)" : "null")
        model:
          layers:\(stem)
            - {resnet: {widths: [16, 32, 64], blocks: 3}}
        loss: {label_smoothing: 0.1}
        optimizer: {kind: sgd, momentum: 0.9, nesterov: true, weight_decay: 5.0e-4}
        schedule: {kind: one_cycle, rate: \(0.05 * Double(batchSize) / 64)}
        training: {batch_size: \(batchSize), epochs: \(epochs), shards: 4, seed: 1}
        checkpoint: {keep: 2}

        """
    }

    func sentences(_ survey: ImageFolderSurvey) -> [String] {
      let counts = survey.counts
      let classSizes =
        counts.min() == counts.max()
        ? "\(counts[0]) each" : "\(counts.min() ?? 0) to \(counts.max() ?? 0) each"
      let splits =
        takesValidation
        ? "a tenth of each class is held out for validation" : "the folder has its own validation split"
      return [
        "data: \(survey.count) images in \(survey.classNames.count) classes (\(classSizes)), in the median \(survey.medianLength)×\(survey.medianSide) pixels; \(splits)",
        "size: \(size)×\(size), the part around the centre (data.image_size, data.fit)",
        "network: a residual network of 20 layers\(size > 32 ? " behind a convolution that halves the image" : "") (model)",
        "augmentation: mirror images and shifts (data.augment; leave flip out for text and digits)",
        "length: \(epochs) epochs in batches of \(batchSize), one cycle of rates, weight decay 0.0005 (training, schedule, optimizer)",
        "shards: 4, so that one to four workers give the same weights",
      ]
    }
  }
}
