import Tensors

extension DatasetSplits {
  /// The splits of lines with labels.
  ///
  /// - Parameters:
  ///   - tokenizer, classNames, length: those of a trained model; nil finds them in the training split.
  static func openLabelledText(
    _ specification: DatasetSpecification, dataDirectory: String?, seed: UInt64, tokenizer: (any Tokenizer)?,
    classNames: [String]?, length: Int?, monitor: PreparationMonitor
  ) throws(DataError) -> DatasetSplits {
    guard let path = specification.path ?? dataDirectory else {
      throw DataError(
        "data.path", "no file is named", advice: "give the file with the lines, or its folder, as data.path or --data",
        isWrongUse: true)
    }
    let settings = specification.labelledText
    var files = try settings.located(at: path, drawing: specification.validation)
    files.maxInflatedBytes = specification.maxInflatedBytes
    let dataset = try LabelledTextDataset.open(
      files,
      tokenizer: tokenizer.map { .given($0) } ?? .trained(settings.tokenizer),
      maximumLength: length ?? settings.length, seed: seed, classNames: classNames, monitor: monitor)
    func split(_ samples: LabelledTextDataset.Split) -> LabelledTextSplit {
      LabelledTextSplit(
        samples, length: dataset.maximumLength, tokenizer: dataset.tokenizer, classNames: dataset.classNames)
    }
    let training = split(dataset.training)
    let (validation, test) = (dataset.validation.map(split), dataset.test.map(split))
    var splits = DatasetSplits(
      training: training, validation: validation, test: test, normalizer: .none, unreadable: [],
      tokenizer: dataset.tokenizer)
    splits.notes += dataset.notes
    if tokenizer == nil { splits.noteSmallerVocabulary(than: settings.tokenizer) }
    if let only = training.onlyClass {
      splits.notes.append(
        "all \(training.count) training texts have the label '\(only.onOneLine)': there is nothing to tell apart; "
          + "check data.format")
    }
    let all: [(String, LabelledTextSplit?)] = [("training", training), ("validation", validation), ("test", test)]
    for (name, split) in all {
      guard let split, split.cutCount > 0 else { continue }
      splits.notes.append(
        "\(split.cutCount) of \(split.count) \(name) texts have more than \(dataset.maximumLength) tokens and are cut "
          + "(data.length)")
    }
    return splits
  }
}
