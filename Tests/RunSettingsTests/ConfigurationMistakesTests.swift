import Foundation
import Testing

@testable import RunSettings

/// Wrong configurations, with the messages word for word.
@Suite struct ConfigurationMistakesTests {
  private func messages(_ text: String, _ overrides: [String] = []) -> [String] {
    do {
      _ = try RunConfiguration.parse(text: text, fileName: "run.yaml", overrides: overrides)
      return []
    } catch {
      return error.description.split(separator: "\n").map(String.init)
    }
  }

  /// Messages about a third line, after two that are right.
  private func messages(about section: String, training: String = "{epochs: 1}") -> [String] {
    messages("model: {architecture: mlp, hidden: [3]}\ntraining: \(training)\n" + section)
      .map { $0.replacingOccurrences(of: "run.yaml:3:", with: "") }
  }

  private func messages(aboutLayers layers: String) -> [String] {
    messages("model:\n  layers: \(layers)\ntraining: {epochs: 1}\ndata: {dataset: idx}")
      .map { $0.replacingOccurrences(of: "run.yaml:2:", with: "") }
  }

  @Test func allAreReportedTogether() {
    let text = """
      data: {dataset: cifar11, normalise: per-pixel}
      model:
        layers:
          - convv: {filters: 4, kernel: 3}
          - linear: many
          - linear: {bias: false}
      optimizer: {momentum: 1.5}
      training:
        bacth_size: 100
        epochs: 1e-5
        shards: 0
      trainning: {}
      """
    #expect(
      messages(text) == [
        "run.yaml:1:17: data.dataset: expected one of mnist-5k, mnist, fashion-mnist, cifar10, cifar100, idx, "
          + "image-folder, text, novel, labelled-text, synthetic, arrays, found 'cifar11'; did you mean 'cifar10'?",
        "run.yaml:1:26: unknown key 'normalise' in data; did you mean 'normalize'?",
        "run.yaml:4:7: model.layers.0: unknown layer 'convv'; did you mean 'conv'?",
        "run.yaml:5:15: model.layers.1.linear.outputs: expected integer ≥ 1 or classes, found 'many'",
        "run.yaml:6:7: key 'outputs' is missing in model.layers.2.linear; write outputs: 300 or outputs: classes",
        "run.yaml:7:23: optimizer.momentum: expected number in [0, 1), found '1.5'",
        "run.yaml:9:3: unknown key 'bacth_size' in training; did you mean 'batch_size'?",
        "run.yaml:10:11: training.epochs: expected integer ≥ 1, found '1e-5'",
        "run.yaml:11:11: training.shards: expected integer ≥ 1, found '0'",
        "run.yaml:12:1: unknown key 'trainning'; did you mean 'training'?",
      ])
  }

  @Test func textThatIsNoConfiguration() {
    #expect(messages("# a comment") == ["run.yaml: the configuration is empty; see docs/configuration.md"])
    #expect(
      messages("[1, 2]") == [
        "run.yaml:1:1: the configuration: expected mapping of version, data, model, loss, optimizer, schedule, parameters, "
          + "training, evaluation, checkpoint, logging, samples, found a list"
      ])
    #expect(
      messages("training: {epochs: 1}") == [
        "run.yaml:1:1: key 'model' is missing; write model: {architecture: mlp, hidden: [100]} or model: {layers: […]}"
      ])
  }

  @Test func textThatIsNoYAML() {
    #expect(
      messages("model: {hidden: [3]\ntraining: {epochs: 1}") == [
        "run.yaml:2:1: not valid YAML: while parsing a flow mapping on line 1: did not find expected ',' or '}'"
      ])
    #expect(
      messages("model:\n\tlayers: []") == [
        "run.yaml:2:1: not valid YAML: while scanning for the next token on line 2: "
          + "found character that cannot start any token; indent by spaces, not by tabs"
      ])
    let quotes = "put a text that begins with * in quotes"
    #expect(messages("a: *nothing") == ["run.yaml:1:4: not valid YAML: found undefined alias; \(quotes)"])
    #expect(messages("a: [*.bias]").map { $0.hasSuffix("; \(quotes)") } == [true])
  }

  @Test func duplicateKeysDoNotHideOtherMistakes() {
    let text = """
      model: {architecture: mlp, hidden: [3]}
      training: {epochs: 1, "seed": 3, seed: 4, shard: 2, seed: 5}
      data: cifar10
      data: mnist
      """
    #expect(
      messages(text) == [
        "run.yaml:2:34: key 'seed' is given twice in training; it was given before on line 2",
        "run.yaml:2:43: unknown key 'shard' in training; did you mean 'shards'?",
        "run.yaml:2:53: key 'seed' is given twice in training; it was given before on line 2",
        "run.yaml:4:1: key 'data' is given twice; it was given before on line 3",
      ])
  }

  @Test func aKeyInTheWrongSectionIsToldWhereItBelongs() {
    #expect(messages(about: "batch_size: 3") == ["1: unknown key 'batch_size'; did you mean training.batch_size?"])
    #expect(
      messages(about: "training2: 3", training: "{epochs: 1, momentum: 0.9, lr: 3}") == [
        "run.yaml:2:23: unknown key 'momentum' in training; did you mean optimizer.momentum?",
        "run.yaml:2:38: unknown key 'lr' in training; did you mean schedule.rate?",
        "1: unknown key 'training2'; did you mean 'training'?",
      ])
    #expect(
      messages(about: "logging: {zzz: 3}") == ["11: unknown key 'zzz' in logging; known keys: every_steps"])
  }

  @Test func earlyStoppingWantsEvaluationsOfAValidationSplit() {
    let training = "{epochs: 1, early_stopping: {patience: 2}}"
    #expect(
      messages(about: "evaluation: {every_epochs: null}", training: training) == [
        "run.yaml:2:23: early_stopping requires a validation split; give data.validation, for example validation: 0.1",
        "14: early_stopping requires evaluations; give evaluation.every_steps or evaluation.every_epochs",
      ])
    #expect(
      messages(
        about: "data: {validation: 0.1}", training: "{epochs: 1, early_stopping: {min_delta: -1, metric: acuracy}}")
        == [
          "run.yaml:2:39: key 'patience' is missing in training.early_stopping; write patience: (integer ≥ 1)",
          "run.yaml:2:51: training.early_stopping.min_delta: expected number ≥ 0, found '-1'",
          "run.yaml:2:63: training.early_stopping.metric: expected one of loss, accuracy, found 'acuracy'; did you mean "
            + "'accuracy'?",
        ])
  }

  @Test func synchronizedNormalizationWantsNormalization() {
    #expect(
      messages("model: {architecture: mlp, hidden: [3], sync_batch_norm: true}\ntraining: {epochs: 1}") == [
        "run.yaml:1:41: sync_batch_norm requires batch_norm; add batch_norm: true"
      ])
  }

  @Test func aKeyOfAnotherFormIsToldWhereItGoes() {
    #expect(
      messages(about: "schedule: {kind: cosine, gamma: 3, rate: \"0.1\"}") == [
        "26: key 'gamma' does not go with kind cosine in schedule; it goes with kind step, multi_step, exponential",
        "42: schedule.rate: expected number > 0, found the string \"0.1\"; leave out the quotes",
      ])
    #expect(
      messages("model: {architecture: mlp, hidden: [], layers: [relu]}\ntraining: {epochs: 1}") == [
        "run.yaml:1:40: key 'layers' does not go with architecture mlp in model; "
          + "leave architecture out, or leave out layers"
      ])
  }

  @Test(arguments: [
    (
      "- conv:\n      filters: 4",
      "3:7: model.layers.0: a layer has one key, and a name at most, found conv, filters; "
        + "indent the layer's own keys deeper than its name, or write {conv: {…}}"
    )
  ])
  func aLayerThatIsIndentedWrongly(item: String, message: String) {
    #expect(messages("model:\n  layers:\n    \(item)\ntraining: {epochs: 1}") == ["run.yaml:" + message])
  }

  @Test(arguments: [
    ("[relu: 3]", "18: model.layers.0.relu: expected no value, found '3'"),
    ("[flatten: {x: 1}]", "22: unknown key 'x' in model.layers.0.flatten; flatten has no keys"),
    ("[~]", "12: model.layers.0: expected layer, found nothing; write - relu, or - linear: 300"),
    ("[[relu]]", "12: model.layers.0: expected layer, found a list; write - relu, or - linear: 300"),
    ("[]", "11: model.layers: expected list of layers, found a list; it requires at least 1"),
    ("[dropout: 1.0]", "21: model.layers.0.dropout.rate: expected number in [0, 1), found '1.0'"),
    (
      "[max_pool: [1, 2, 3]]",
      "22: model.layers.0.max_pool.kernel: expected integer ≥ 1 or [height, width], found a list"
    ),
    (
      "[conv: 3]",
      "18: model.layers.0.conv: expected mapping of filters, kernel, stride, padding, dilation, groups, bias, "
        + "initializer, found '3'"
    ),
    (
      "[conv: {filters: 3, kernel: 3, padding: smae}]",
      "51: model.layers.0.conv.padding: expected valid, same, integer ≥ 0 or [height, width], found 'smae'; "
        + "did you mean 'same'?"
    ),
    (
      "[linear: {outputs: 4, initializer: he_norml}]",
      "46: model.layers.0.linear.initializer: expected one of he_normal, he_uniform, xavier_normal, xavier_uniform, "
        + "lecun_normal, lecun_uniform, zeros, {normal: σ} or {fan_in: gain}, found 'he_norml'; did you mean 'he_normal'?"
    ),
    (
      "[residual: {body: [relu], shortcut: relu}]",
      "47: model.layers.0.residual.shortcut: expected list of layers, found 'relu'"
    ),
    (
      "[lstm: {size: 2, initializer: {fanin: 2}}]",
      "41: model.layers.0.lstm.initializer: expected one of he_normal, he_uniform, xavier_normal, xavier_uniform, "
        + "lecun_normal, lecun_uniform, zeros, {normal: σ} or {fan_in: gain}, found a mapping; did you mean 'fan_in'?"
    ),
    (
      "[conv1d: {filters: 3, kernel: 4000000000}]",
      "41: model.layers.0.conv1d.kernel: expected integer ≥ 1, found '4000000000'; the largest is 2147483647"
    ),
    (
      "[conv1d: {filters: 3, kernel: 3, padding: 9223372036854775807}]",
      "53: model.layers.0.conv1d.padding: expected valid, same, causal or integer ≥ 0, found '9223372036854775807'; "
        + "the largest is 2147483647"
    ),
    (
      "[conv: {filters: 3, kernel: 3, padding: 9223372036854775807}]",
      "51: model.layers.0.conv.padding: expected integer ≥ 0 or [height, width], found '9223372036854775807'; "
        + "the largest is 2147483647"
    ),
    (
      "[linear: 3000000000]",
      "20: model.layers.0.linear.outputs: expected integer ≥ 1 or classes, found '3000000000'; "
        + "the largest is 2147483647"
    ),
    ("[lstm: {layers: 2}]", "12: key 'size' is missing in model.layers.0.lstm; write size: (integer ≥ 1)"),
    (
      "[rnn: {size: 3, activation: sigmoid}]",
      "39: model.layers.0.rnn.activation: expected one of tanh, relu, found 'sigmoid'"
    ),
    (
      "[gru: {size: 3, activation: relu}]",
      "27: unknown key 'activation' in model.layers.0.gru; "
        + "known keys: size, layers, bidirectional, dropout, layer_norm, last, initializer"
    ),
    (
      "[conv1d: {filters: 3, kernel: 3, padding: cuasal}]",
      "53: model.layers.0.conv1d.padding: expected valid, same, causal or integer ≥ 0, found 'cuasal'; "
        + "did you mean 'causal'?"
    ),
    (
      "[conv1d: {filters: 3, kernel: [3, 1]}]",
      "41: model.layers.0.conv1d.kernel: expected integer ≥ 1, found a list"
    ),
    ("[max_pool1d: 0]", "24: model.layers.0.max_pool1d.kernel: expected integer ≥ 1, found '0'"),
    (
      "[self_attention: {heads: 2, positions: learned}]",
      "50: model.layers.0.self_attention.positions: expected one of none, rotary, found 'learned'"
    ),
    ("[self_attention]", "12: key 'heads' is missing in model.layers.0.self_attention; write heads: (integer ≥ 1)"),
    (
      "[positions: sinusoid]",
      "23: model.layers.0.positions.kind: expected one of learned, sinusoidal, found 'sinusoid'; "
        + "did you mean 'sinusoidal'?"
    ),
    ("[embedding: 0]", "23: model.layers.0.embedding.width: expected integer ≥ 1, found '0'"),
    (
      "[embedding: {width: 3, vocabulary: many}]",
      "46: model.layers.0.embedding.vocabulary: expected integer ≥ 1, found 'many'"
    ),
    (
      "[parallel: [[relu], [tanhh]]]",
      "32: model.layers.0.parallel.branches.1.0: unknown layer 'tanhh'; did you mean 'tanh'?"
    ),
  ])
  func aWrongLayer(layers: String, message: String) {
    #expect(messages(aboutLayers: layers) == [message])
  }

  @Test(arguments: [
    (
      "data: {validation: 4000}",
      ["8: validation: 4000 takes all of the 4000 training samples; lower data.validation"]
    ),
    (
      "data: {validation: 100, train_limit: 100}",
      ["8: validation: 100 takes all of the 100 training samples; lower data.validation"]
    ),
    (
      "data: {validation: 0.9999}",
      ["8: validation: 0.9999 takes all of the 4000 training samples; lower data.validation"]
    ),
    (
      "data: {validation: 0.0001}",
      ["8: validation: 0.0001 takes none of the 4000 training samples; raise data.validation"]
    ),
    (
      "data: {dataset: synthetic, shape: [2147483647, 2147483647, 2]}",
      ["28: a sample of 2147483647×2147483647×2 values is too large; the largest has 100000000"]
    ),
    (
      "data: {dataset: synthetic, classes: 10001, samples: 2147483647}",
      [
        "37: data.classes: expected integer ≥ 2, found '10001'; the largest is 10000",
        "53: data.samples: expected integer ≥ 1, found '2147483647'; the largest is 100000000",
      ]
    ),
    (
      "data: {validation_from_end: true}",
      ["8: validation_from_end requires data.validation; give data.validation, for example validation: 1000"]
    ),
    (
      "data: {validation_from_end: yes}",
      ["29: data.validation_from_end: expected true or false, found 'yes'; write true"]
    ),
    (
      "data: {augment: [{shift: 0}, turn]}",
      [
        "26: data.augment.0.shift.pixels: expected integer ≥ 1, found '0'",
        "30: data.augment.1: unknown transform 'turn'; transforms: flip, shift, random_crop, center_crop, vertical_flip, "
          + "random_resized_crop, erasing, cutout, color_jitter, grayscale, blur, affine",
      ]
    ),
    (
      "data: {dataset: synthetic, shape: [3], augment: [flip]}",
      ["40: flat samples have no pixels to be flipped, shifted or cropped; leave the transforms out"]
    ),
    (
      "data: {augment: [random_crop, {random_crp: {padding: 4}}]}",
      ["32: data.augment.1: unknown transform 'random_crp'; did you mean 'random_crop'?"]
    ),
    (
      "data: {augment: [random_crop]}",
      [
        "8: random_crop: a crop of 28×28 without padding is the whole image; give a padding or a smaller size"
      ]
    ),
    (
      "data: {augment: [{random_crop: {size: 40, padding: 5}}]}",
      [
        "8: random_crop: a crop of 40×40 does not fit into images of 28×28 with a padding of 5; lower the size or raise the padding"
      ]
    ),
    (
      "data: {dataset: cifar10, augment: [flip, {random_crop: {padding: 32, mode: reflect}}]}",
      [
        "26: item 2, random_crop: a padding of 32 reflects more than images of 32×32 have; lower the padding below 32, or give mode: zero"
      ]
    ),
    (
      "data: {augment: [{random_crop: {size: 2097152, padding: 1048576}}, {center_crop: 3}]}",
      ["8: item 1, random_crop: images of 2097152×2097152×1 are too large; lower the size"]
    ),
    (
      "data: {augment: [{random_crop: {mode: edge, pad: 4}}]}",
      [
        "39: data.augment.0.random_crop.mode: expected one of zero, reflect, found 'edge'",
        "45: unknown key 'pad' in data.augment.0.random_crop; known keys: size, padding, mode",
      ]
    ),
    (
      "data: {augment: [{random_crop: 24}]}",
      [
        "8: augment makes images of 24×24×1, evaluation_transforms of 28×28×1; give evaluation_transforms: [{center_crop: 24}]"
      ]
    ),
    (
      "data: {augment: [{random_crop: 24}], evaluation_transforms: [{center_crop: 24}], normalize: per-pixel}",
      [
        "82: normalize: per-pixel requires images of one shape, but the transforms make 24×24×1 of 28×28×1; give normalize: per-channel"
      ]
    ),
    (
      "data: {evaluation_transforms: [flip]}",
      [
        "8: flip draws at random, but evaluations must not; leave it out, or write it in data.augment"
      ]
    ),
    (
      "data: {evaluation_transforms: [{center_crop: [28, 29]}]}",
      ["8: center_crop: a crop of 28×29 does not fit into images of 28×28; lower the size"]
    ),
    (
      "data: {dataset: synthetic, shape: [3, 4]}",
      ["28: a sample's shape has one or three sizes, found 2; write [features] or [height, width, channels]"]
    ),
    (
      "optimizer: {nesterov: true}",
      ["13: nesterov requires momentum; give optimizer.momentum, for example momentum: 0.9"]
    ),
    (
      "optimizer: {clip_norm: 1, clip_value: 1}",
      [
        "27: both optimizer.clip_norm and optimizer.clip_value are given; keep one, or set the other one to null"
      ]
    ),
    (
      "optimizer: {kind: adamw, betas: [0.9, 0.99, 0.9]}",
      ["33: optimizer.betas: expected list of two numbers in [0, 1), found a list; it has too many items"]
    ),
    (
      "optimizer: {kind: adam, momentum: 0.9, betas: [0.9]}",
      [
        "25: key 'momentum' does not go with kind adam in optimizer; it goes with kind sgd, rmsprop, lars",
        "47: optimizer.betas: expected list of two numbers in [0, 1), found a list; it requires at least 2",
      ]
    ),
    ("optimizer: {clip_norm: 0}", ["24: optimizer.clip_norm: expected number > 0, found '0'"]),
    (
      "schedule: {kind: triangular, min: 0.2, max: 0.1, half_cycle: 3}",
      ["40: the schedule's min 0.2 is not below its max 0.1"]
    ),
    (
      "schedule: {kind: triangular, cycle_growth: 0.5, peak_decay: 2}",
      [
        "11: key 'half_cycle' is missing in schedule; write half_cycle: (integer ≥ 1)",
        "44: schedule.cycle_growth: expected number ≥ 1, found '0.5'",
        "61: schedule.peak_decay: expected number in (0, 1], found '2'",
      ]
    ),
    ("schedule: {kind: cosine, rate: 1, min: 1}", ["35: the schedule's min 1.0 is not below its rate 1.0"]),
    (
      "schedule: {kind: multi_step, milestones: [3, 3]}",
      ["30: the schedule's milestones do not ascend; sort them, and name each one once"]
    ),
    (
      "schedule: {kind: plateau, min: 0.1}",
      [
        "12: schedule plateau requires a validation split; give data.validation, for example validation: 0.1",
        "27: the schedule's min 0.1 is not below its rate 0.01",
      ]
    ),
    (
      "loss: {kind: symmetric_cross_entropy, alpha: 0, beta: 0.0}",
      ["49: the loss's alpha and beta are both 0; give a positive one"]
    ),
    ("loss: {label_smoothing: 1}", ["25: loss.label_smoothing: expected number in [0, 1), found '1'"]),
    (
      "loss: {class_weights: [1, 2]}",
      ["8: 2 class weights for 10 classes; give one weight a class, in the classes' order"]
    ),
    (
      "loss: {kind: binary-cross-entropy, class_weights: balanced}",
      [
        "36: key 'class_weights' does not go with kind binary-cross-entropy in loss; it goes with kind cross-entropy, focal"
      ]
    ),
    ("evaluation: {block_size: 1.5}", ["26: evaluation.block_size: expected integer ≥ 1, found '1.5'"]),
    (
      "checkpoint: {keep: 0, every_minutes: -1}",
      [
        "20: checkpoint.keep: expected integer ≥ 1, found '0'",
        "38: checkpoint.every_minutes: expected number > 0, found '-1'",
      ]
    ),
  ])
  func aWrongSection(section: String, expected: [String]) {
    #expect(messages(about: section) == expected)
  }

  @Test(arguments: [
    ("{}", "2:1: the length of the run is missing; give training.steps or training.epochs, for example epochs: 10"),
    (
      "{steps: 1, epochs: 2}",
      "2:22: both training.steps and training.epochs are given; keep one, or set the other one to null"
    ),
    (
      "{epochs: 1, shards: 5, batch_size: 3}",
      "2:23: a batch of 3 cannot be cut into 5 shards; raise training.batch_size or lower training.shards"
    ),
    ("{epochs: 1, seed: -1}", "2:29: training.seed: expected integer from 0 to 2⁶⁴ − 1, found '-1'"),
    (
      "{epochs: 1, batch_size: 4001, drop_last: true}",
      "2:23: drop_last leaves no batch of 4001 in 4000 training samples; lower training.batch_size"
    ),
  ])
  func wrongTraining(training: String, message: String) {
    let found = messages("model: {architecture: mlp, hidden: [3]}\ntraining: \(training)")
    #expect(found == ["run.yaml:" + message])
  }

  @Test func aLastLayerThatDoesNotFitTheClasses() {
    #expect(
      messages("model: {layers: [flatten, linear: 11]}\ntraining: {epochs: 2}") == [
        "run.yaml:1:9: the last layer has 11 outputs for 10 classes; give it one output a class: linear: classes"
      ])
  }

  @Test func filesThatCannotBeRead() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func message(_ path: String) -> String {
      do {
        _ = try RunConfiguration.load(file: path)
        return "none"
      } catch {
        return error.description
      }
    }
    let missing = folder.appendingPathComponent("no.yaml").path
    #expect(
      message(missing) == "\(missing): no such configuration file; check the path; recipes are under configs/")
    #expect(
      message(folder.path)
        == "\(folder.path): the configuration cannot be read: Is a directory; name a file in that folder")
    let loop = folder.appendingPathComponent("loop.yaml").path
    symlink("loop.yaml", loop)
    #expect(message(loop) == "\(loop): the configuration cannot be read: Too many levels of symbolic links")
    #expect(message(missing + "/x.yaml").contains(": no such configuration file; check the path"))
    let binary = folder.appendingPathComponent("binary.yaml")
    try Data([0x6d, 0xff, 0xfe]).write(to: binary)
    #expect(message(binary.path) == "\(binary.path): the configuration is not UTF-8 text")
  }
}
