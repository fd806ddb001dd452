import Configuration
import DataPipeline
import NeuralNetworks

extension RunConfiguration {
  /// Reports what is right key by key and wrong together.
  func check(_ context: inout DecodingContext) {
    checkTraining(&context)
    checkData(&context)
    optimizer.check(&context)
    schedule.check(&context)
    loss.check(&context)
    checkClassWeights(&context)
    checkModel(&context)
  }

  private func checkTraining(_ context: inout DecodingContext) {
    let (steps, epochs) = (training.steps, training.epochs)
    context.check(
      "training.steps", "training.epochs", holds: steps == nil || epochs == nil,
      "both training.steps and training.epochs are given", hint: "keep one, or set the other one to null")
    context.check(
      "training.steps", "training.epochs", holds: steps != nil || epochs != nil,
      "the length of the run is missing", hint: "give training.steps or training.epochs, for example epochs: 10")
    if let shards = training.shards {
      context.check(
        "training.batch_size", "training.shards", holds: shards <= training.batchSize,
        "a batch of \(training.batchSize) cannot be cut into \(shards) shards",
        hint: "raise training.batch_size or lower training.shards")
    }
    checkEvaluations(&context, wantedBy: "training.early_stopping", "early_stopping", training.earlyStopping != nil)
    checkEvaluations(&context, wantedBy: "schedule.kind", "schedule \(schedule.name)", schedule.followsEvaluations)
    if training.dropLast, let count = data.knownTrainingCount, count > 0 {
      context.check(
        "training.drop_last", "training.batch_size", holds: training.batchSize <= count,
        "drop_last leaves no batch of \(training.batchSize) in \(count) training samples",
        hint: "lower training.batch_size")
    }
  }

  /// - Parameter isGiven: Whether something is to go by evaluations of the validation split.
  private func checkEvaluations(
    _ context: inout DecodingContext, wantedBy path: String, _ name: String, _ isGiven: Bool
  ) {
    let evaluates = evaluation.everySteps != nil || evaluation.everyEpochs != nil
    context.check(
      "data.validation", path, holds: !isGiven || data.mayHaveValidation, "\(name) requires a validation split",
      hint: "give data.validation, for example validation: 0.1")
    context.check(
      path, "evaluation.every_steps", "evaluation.every_epochs", holds: !isGiven || evaluates,
      "\(name) requires evaluations", hint: "give evaluation.every_steps or evaluation.every_epochs")
  }

  private func checkData(_ context: inout DecodingContext) {
    if let split = data.validation, let available = data.knownFileCount {
      let taken = split.count(of: available)
      let written = if case .fraction(let share) = split { NumberText.format(share) } else { "\(taken)" }
      context.check(
        "data.train_limit", "data.validation", holds: taken < available,
        "validation: \(written) leaves none of the \(available) training samples", hint: "lower data.validation")
      context.check(
        "data.train_limit", "data.validation", holds: taken > 0,
        "validation: \(written) takes none of the \(available) training samples", hint: "raise data.validation")
    }
    context.check(
      "data.validation", "data.validation_from_end", holds: !data.validationFromEnd || data.validation != nil,
      "validation_from_end requires data.validation", hint: "give data.validation, for example validation: 1000")
    checkTransforms(&context)
    let wholeText = data.trainLimit == nil && data.testLimit == nil && !data.validationFromEnd
    context.check(
      "data.augment", "data.evaluation_transforms", "data.normalize", "data.train_limit", "data.test_limit",
      "data.validation_from_end",
      holds: !data.hasTokens || (data.transforms.isEmpty && data.normalization == .none && wholeText),
      "augment, evaluation_transforms, normalize, train_limit, test_limit and validation_from_end are for images",
      hint: data.isText ? "leave them out for a text; it is split by position" : "leave them out for texts")
    context.check(
      "data.path", holds: data.kind != .novel || data.path == nil, "the novel is bundled and has no path",
      hint: "use dataset: text for a text of your own")
    context.check(
      "training.drop_last", holds: !data.isText || !training.dropLast, "drop_last is for images",
      hint: "leave it out for a text")
    checkLabelledText(&context)
    context.check(
      "training.sampling", holds: !data.isText || training.sampling == .shuffled,
      "balanced sampling requires classes, and a text has tokens", hint: "leave sampling out; data.order is a text's")
    context.check(
      "loss.class_weights", holds: !data.isText || loss.classWeights != .balanced,
      "balanced weights require classes, and a text has tokens", hint: "leave class_weights out")
    context.check(
      "loss.kind", holds: !data.isText || loss.outputs == .logits, "a model of language requires a loss over a softmax",
      hint: "leave kind out, for cross-entropy")
    if data.isText, case .count = data.validation {
      context.check(
        "data.validation", holds: false, "a text is split by shares",
        hint: "write a share, for example validation: 0.1")
    }
    context.check(
      "data.dataset", "samples.at", "samples.every_steps", holds: data.isText || !samples.areWanted,
      "samples require a model of language", hint: "give data: {dataset: text} or novel, or leave samples out")
    context.check(
      "data.validation", "data.test", holds: !data.isText || data.textTrainingShare > 0,
      "validation and test leave nothing to train on", hint: "lower one of them")
    context.check(
      "data.shape", holds: data.syntheticShape.count == 1 || data.syntheticShape.count == 3,
      "a sample's shape has one or three sizes, found \(data.syntheticShape.count)",
      hint: "write [features] or [height, width, channels]")
    context.check(
      "data.shape",
      holds: data.syntheticShape.reduce(1.0) { $0 * Double($1) } <= Double(SchemaInteger.largestSynthetic),
      "a sample of \(data.syntheticShape.map(String.init).joined(separator: "×")) values is too large",
      hint: "the largest has \(SchemaInteger.largestSynthetic)")
    if let size = data.imageSize {
      context.check(
        "data.image_size",
        holds: Double(size.height) * Double(size.width) * 3 <= Double(SchemaInteger.largestSynthetic),
        "a sample of \(size.height)×\(size.width)×3 values is too large",
        hint: "the largest has \(SchemaInteger.largestSynthetic)")
    }
  }

  private func checkTransforms(_ context: inout DecodingContext) {
    for (key, list) in [
      ("data.augment", data.transforms.training), ("data.evaluation_transforms", data.transforms.evaluation),
    ] {
      context.check(
        key, holds: list.specifications.count <= TransformList.longest,
        "\(key) has more than \(TransformList.longest) transforms", hint: "leave some out")
    }
    if let random = data.transforms.evaluation.firstRandom {
      context.check(
        "data.evaluation_transforms", holds: false,
        "\(random.name) draws at random, but evaluations must not",
        hint: "leave it out, or write it in data.augment")
    }
    let shape = data.nominalShape
    guard !data.hasTokens, !shape.sampleIsAssumed else { return }
    do throws(ImageTransforms.Fault) {
      _ = try data.transforms.sampleShape(of: shape.sample, data.normalization)
    } catch {
      context.check("data.dataset", "data.augment", error.key, holds: false, error.problem, hint: error.hint)
    }
  }

  private func checkClassWeights(_ context: inout DecodingContext) {
    guard case .explicit(let weights) = loss.classWeights, let classes = data.knownClassCount else { return }
    context.check(
      "data.dataset", "loss.class_weights", holds: weights.count == classes,
      "\(weights.count) class weights for \(classes) classes", hint: "give one weight a class, in the classes' order")
  }

  private func checkModel(_ context: inout DecodingContext) {
    ModelSpecification.record.check(model, &context)
    let input = model.architecture.input
    context.check(
      "model", "data.dataset", holds: data.hasTokens || input != .tokens,
      "the model reads tokens, but the data are images", hint: "give data: {dataset: text}, novel or labelled-text")
    context.check(
      "model", "data.dataset", holds: !data.isText || input != .images,
      "the model reads images, but the data are a text", hint: "use layers or architecture: gpt")
    guard let outputs = model.layerList?.last?.linearOutputs, let classes = data.knownClassCount else { return }
    context.check(
      "data.dataset", "model.layers", holds: outputs == classes,
      "the last layer has \(outputs) outputs for \(classes) classes",
      hint: "give it one output a class: linear: classes")
  }
}

/// Facts of data that are known before they are read.
extension DatasetSpecification {
  fileprivate var knownClassCount: Int? {
    switch kind {
    case .mnist5k, .mnist, .fashionMNIST, .cifar10: 10
    case .cifar100: 100
    case .synthetic: syntheticClasses
    case .idx, .imageFolder, .text, .novel, .labelledText: nil
    }
  }

  /// Training samples of the files that are used, those set aside for validation among them.
  fileprivate var knownFileCount: Int? {
    let count: Int? =
      switch kind {
      case .mnist5k: 4000
      case .mnist, .fashionMNIST: 60_000
      case .cifar10, .cifar100: 50_000
      case .synthetic: syntheticCount
      case .idx, .imageFolder: trainLimit
      case .text, .novel, .labelledText: nil
      }
    return count.map { min($0, trainLimit ?? $0) }
  }

  fileprivate var knownTrainingCount: Int? {
    knownFileCount.map { count in max(count - (validation?.count(of: count) ?? 0), 0) }
  }

  /// False where a run certainly has no validation split; of a folder of images only its files tell.
  fileprivate var mayHaveValidation: Bool {
    validation != nil || kind == .imageFolder && usesValidationFolder
      || isLabelledText && (labelledText.validationFile != nil || labelledText.validationLines != nil)
  }

  fileprivate var textTrainingShare: Double {
    if case .fraction(let share) = validation { 1 - share - text.test } else { 1 - text.test }
  }
}
