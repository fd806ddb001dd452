import Configuration
import DataPipeline
import NeuralNetworks

extension RunConfiguration {
  /// Reports keys that are each valid but contradict one another.
  func check(_ context: inout DecodingContext) {
    checkTraining(&context)
    checkData(&context)
    optimizer.check(&context)
    for (index, rule) in parameters.rules.enumerated() { rule.check(at: "parameters.\(index)", &context) }
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

  /// - Parameter isGiven: Whether a setting requires evaluations of the validation split.
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
    data.check(&context)
    context.check(
      "training.drop_last", holds: !data.isText || !training.dropLast, "drop_last is for images",
      hint: "leave it out for a text")
    context.check(
      "training.sampling", holds: !data.isText || training.sampling == .shuffled,
      "balanced sampling requires classes, and a text has tokens", hint: "leave sampling out; data.order is a text's")
    context.check(
      "loss.class_weights", holds: !data.isText || loss.classWeights != .balanced,
      "balanced weights require classes, and a text has tokens", hint: "leave class_weights out")
    context.check(
      "loss.kind", holds: !data.isText || loss.outputs == .logits, "a language model requires a loss over a softmax",
      hint: "leave kind out, for cross-entropy")
    context.check(
      "data.dataset", "samples.at", "samples.every_steps", holds: data.isText || !samples.areWanted,
      "samples require a language model", hint: "give data: {dataset: text} or novel, or leave samples out")
  }

  private func checkClassWeights(_ context: inout DecodingContext) {
    guard case .explicit(let weights) = loss.classWeights, let classes = data.nominalShape.classes else { return }
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
      "data.dataset", "model", holds: !data.isLabelledText || input == .tokens,
      "the data are tokens, but the model reads numbers", hint: "begin its layers with an embedding")
    context.check(
      "data.dataset", "model", holds: !data.isLabelledText || !model.architecture.isLanguageModel,
      "\(model.name) predicts tokens, but labelled texts have classes",
      hint: "give layers that begin with an embedding and end with one output a class")
    context.check(
      "model", "data.dataset", holds: !data.isText || input != .images,
      "the model reads images, but the data are a text", hint: "use layers or architecture: gpt")
    guard let outputs = model.layerList?.last?.linearOutputs, let classes = data.nominalShape.classes else { return }
    context.check(
      "data.dataset", "model.layers", holds: outputs == classes,
      "the last layer has \(outputs) outputs for \(classes) classes",
      hint: "give it one output a class: linear: classes")
  }
}

extension DatasetSpecification {
  fileprivate var knownTrainingCount: Int? {
    knownFileCount.map { count in max(count - (validation?.count(of: count) ?? 0), 0) }
  }
}
