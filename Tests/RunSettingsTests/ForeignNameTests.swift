import Configuration
import Foundation
import Testing

@testable import RunSettings

/// Names that other libraries use lead to ours, and no hint to something else.
@Suite struct ForeignNameTests {
  private func hint(_ section: String) -> String {
    do {
      _ = try RunConfiguration.parse(
        text: "model: {architecture: mlp, hidden: [3]}\ntraining: {epochs: 1}\n\(section)", fileName: "f")
      return ""
    } catch {
      return error.issues.first { $0.location.position.line == 3 || $0.location.position.line == 2 }?.hint ?? ""
    }
  }

  private func layerHint(_ layer: String) -> String {
    do {
      _ = try RunConfiguration.parse(text: "model:\n  layers: [\(layer)]\ntraining: {epochs: 1}")
      return ""
    } catch {
      return error.issues.first?.hint ?? ""
    }
  }

  @Test(
    "keys",
    arguments: [
      ("optimizer: {lr: 0.1}", "schedule.rate"), ("optimizer: {learning_rate: 1}", "schedule.rate"),
      ("schedule: {kind: one_cycle, max_lr: 1}", "'rate'"), ("schedule: {kind: one_cycle, pct_start: 0.2}", "'rise'"),
      ("schedule: {kind: one_cycle, div_factor: 2}", "'start_divisor'"),
      ("schedule: {kind: warm_restarts, cycle: 3, T_0: 5}", "'cycle'"),
      ("schedule: {kind: warm_restarts, cycle: 3, eta_min: 0}", "'min'"),
      ("optimizer: {kind: rmsprop, rho: 0.9}", "'alpha'"),
      ("optimizer: {kind: adagrad, lr_decay: 0.1}", "'rate_decay'"),
      ("loss: {kind: focal, weight: [1, 2]}", "'class_weights'"),
      ("schedule: {lr: 0.1}", "'rate'"), ("schedule: {kind: triangular, half_cycle: 3, max_lr: 1}", "'max'"),
      ("lr: 0.1", "schedule.rate"), ("epochs: 3", "training.epochs"), ("max_epochs: 3", "training.epochs"),
      ("batch: 3", "training.batch_size"), ("batchSize: 3", "training.batch_size"),
      ("train_batch_size: 3", "training.batch_size"), ("data: {augmentation: []}", "'augment'"),
      ("data: {transforms: []}", "'augment'"), ("augmentation: [flip]", "data.augment"),
      ("optimizer: {wd: 0.1}", "'weight_decay'"), ("optimizer: {beta: 0.9}", "'momentum'"),
      ("optimizer: {kind: adam, beta1: 0.9}", "'betas'"), ("optimizer: {kind: adam, eps: 1}", "'epsilon'"),
      ("optimizer: {type: adam}", "'kind'"), ("optimizer: {max_grad_norm: 1}", "'clip_norm'"),
      ("criterion: mse", "'loss'"), ("scheduler: cosine", "'schedule'"), ("optim: adam", "'optimizer'"),
      ("validation: 0.1", "data.validation"), ("seed: 3", "training.seed"), ("shuffle: true", "shuffled"),
      ("num_workers: 3", "--workers N"), ("device: cpu", "CPUs"), ("<<: {a: 1}", "merge keys"),
      ("evaluation: {eval_batch_size: 3}", "'block_size'"),
      ("every_steps: 3", "evaluation.every_steps, checkpoint.every_steps"),
    ])
  func keys(section: String, ours: String) {
    #expect(hint(section).contains(ours), "\(hint(section))")
  }

  @Test(
    "words",
    arguments: [
      ("loss: CrossEntropyLoss", "'cross-entropy'"), ("loss: BCEWithLogitsLoss", "'binary-cross-entropy'"),
      ("loss: mse", "'mean-squared-error'"), ("schedule: CosineAnnealingLR", "'cosine'"),
      ("schedule: {kind: StepLR, every: 3}", "'step'"), ("schedule: ReduceLROnPlateau", "'plateau'"),
      ("schedule: OneCycleLR", "'one_cycle'"), ("schedule: MultiStepLR", "'multi_step'"),
      ("schedule: ExponentialLR", "'exponential'"), ("schedule: CosineAnnealingWarmRestarts", "'warm_restarts'"),
      ("schedule: SGDR", "'warm_restarts'"), ("optimizer: RMSProp_TF", "'rmsprop'"),
      ("optimizer: ada_grad", "'adagrad'"),
      ("loss: FocalLoss", "'focal'"), ("loss: sce", "'symmetric_cross_entropy'"),
      ("loss: symmetric-cross-entropy", "'symmetric_cross_entropy'"),
      ("optimizer: AdamW_fused", "'adamw'"), ("optimizer: sdg", "'sgd'"), ("data: FashionMNIST", "'fashion-mnist'"),
      ("data: {augment: [RandomHorizontalFlip]}", "'flip'"),
    ])
  func words(section: String, ours: String) {
    #expect(hint(section).contains(ours), "\(hint(section))")
  }

  @Test(
    "layers and their keys",
    arguments: [
      ("conv2d: {filters: 3, kernel: 3}", "'conv'"), ("Conv2D: {filters: 3, kernel: 3}", "'conv'"),
      ("dense: 3", "'linear'"),
      ("fc: 3", "'linear'"), ("MaxPool2d: 2", "'max_pool'"), ("BatchNorm2d", "'batch_norm'"), ("ReLU6", "'relu'"),
      ("AvgPool2d: 2", "'average_pool'"), ("softmax", "cross-entropy"),
      ("conv: {out_channels: 3, kernel: 3}", "filters"),
      ("conv: {filters: 3, kernel_size: 3}", "kernel"), ("dropout: {p: 0.5}", "'rate'"),
      ("linear: {out_features: 3}", "outputs"),
      ("linear: {outputs: 3, initializer: glorot_uniform}", "'xavier_uniform'"),
    ])
  func layers(layer: String, ours: String) {
    #expect(layerHint(layer).contains(ours), "\(layerHint(layer))")
  }

  @Test(
    "options",
    arguments: [
      ("epochs", "--set training.epochs=…"), ("lr", "--set schedule.rate=…"),
      ("learning-rate", "--set schedule.rate=…"),
      ("batch-size", "--set training.batch_size=…"), ("num-workers", "--workers N, or mpirun -np N"),
      ("output-dir", "--run-dir DIR"), ("momentum", "--set optimizer.momentum=…"), ("seed", "--set training.seed=…"),
      ("weight_decay", "--set optimizer.weight_decay=…"), ("gpus", "Lockstep trains on CPUs; leave it out"),
    ])
  func options(option: String, ours: String) {
    #expect(ForeignOptions.hint(for: option) == ours)
  }

  @Test("a short word is near nothing but itself", arguments: ["lr", "l1", "k", "p"])
  func shortWords(word: String) {
    #expect(NearestWord.nearest(word, in: ["l2", "bpe", "kind", "rate"]) == nil)
  }
}
