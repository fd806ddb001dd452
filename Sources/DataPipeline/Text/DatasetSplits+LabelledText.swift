import PlainText

extension DatasetSplits {
  /// The splits of lines with labels.
  init(
    lines settings: LabelledTextSettings, _ data: DatasetSpecification, _ opening: DatasetOpening
  ) throws(DataError) {
    guard let path = data.path ?? opening.dataDirectory else {
      throw DataError(
        "data.path", "no file is named", advice: "give the file with the lines, or its folder, as data.path or --data",
        isWrongUse: true)
    }
    let tokenizer = opening.tokenizer
    var files = try settings.located(at: path, drawing: data.validation)
    files.maxInflatedBytes = data.maxInflatedBytes
    let dataset = try LabelledTextDataset.open(
      files, tokenizer: tokenizer.map { .given($0) } ?? .trained(settings.tokenizer),
      maximumLength: opening.sampleShape?.first ?? settings.length, seed: opening.seed, classNames: opening.classNames,
      monitor: opening.monitor)
    func split(_ samples: LabelledTextDataset.Split) -> LabelledTextSplit {
      LabelledTextSplit(
        samples, length: dataset.maximumLength, tokenizer: dataset.tokenizer, classNames: dataset.classNames)
    }
    let training = split(dataset.training)
    let (validation, test) = (dataset.validation.map(split), dataset.test.map(split))
    self.init(
      training: training, validation: validation, test: test, normalizer: .none, unreadable: [],
      tokenizer: dataset.tokenizer)
    notes += dataset.notes
    if tokenizer == nil { noteSmallerVocabulary(than: settings.tokenizer) }
    if let only = training.onlyClass {
      notes.append(
        "all \(training.count) training texts have the label '\(only.onOneLine)': there is nothing to tell apart; "
          + "check data.format")
    }
    let all: [(String, LabelledTextSplit?)] = [("training", training), ("validation", validation), ("test", test)]
    for (name, split) in all {
      guard let split, split.cutCount > 0 else { continue }
      notes.append(
        "\(split.cutCount) of \(split.count) \(name) texts have more than \(dataset.maximumLength) tokens and are cut "
          + "(data.length)")
    }
  }
}
