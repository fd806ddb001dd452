import Configuration
import DataPipeline
import NeuralNetworks

/// The reference page, `docs/configuration.md`, made from the schema that configurations are read with.
public enum ConfigurationReference {
  public static func markdown() -> String {
    ([introduction] + sections + [transforms, layers, resume]).joined(separator: "\n\n") + "\n"
  }

  private static let introduction = """
    # Configuration

    One YAML file describes a run. This page lists every key; a test keeps it equal to what the program reads. It is
    written by

        LOCKSTEP_WRITE_REFERENCE=1 swift test --filter ConfigurationReferenceTests

    The smallest configuration names a model and a length; everything else has a default:

    ```yaml
    model: {architecture: mlp, hidden: [100]}
    training: {epochs: 5}
    ```

    A larger one:

    ```yaml
    data: {dataset: cifar10, validation: 1000, normalize: per-pixel, augment: [flip]}
    model:
      layers: [conv: {filters: 40, kernel: 4, stride: 4}, relu, flatten, linear: 300, relu, linear: 10]
    loss: {kind: cross-entropy, label_smoothing: 0.1}
    optimizer: {kind: sgd, l2: 0.0025}
    schedule: {kind: triangular, min: 1.0e-5, max: 0.1, half_cycle: 800, cycle_growth: 2}
    training: {batch_size: 100, steps: 24000, shards: 4, seed: 1}
    checkpoint: {every_steps: 1000, keep: 3}
    ```

    - All mistakes of a file are reported together, each as `FILE:LINE:COLUMN: what is wrong; what to do`.
    - `--set a.b=value` replaces a value or adds one before anything is checked. The value is YAML; an item of a list is
      named by its number from 0: `--set training.seed=2 --set model.layers.3.linear=100 --set 'data.augment=[flip]'`.
    - Of two keys that exclude each other, the one that `--set` gives replaces the one in the file: `training.steps` and
      `training.epochs`, `optimizer.clip_norm` and `clip_value`, `data.validation` and `validation_file` or `validation_lines`,
      `model.layers` and `architecture`.
    - Names of PyTorch, Keras and Lightning (`lr`, `Conv2d`, `CrossEntropyLoss`) are refused with a message that gives ours.
    - A file has at most 1 MiB, 100 000 values (those of an alias count at each use), and 64 levels. Of more than 51
      mistakes the first 50 are shown.
    - `null` stands for "not given" where a key's type allows it.
    - Where a section has a key that chooses a form (`dataset`, `kind`), the word alone does for the section:
      `data: cifar10`.
    - `config.yaml` in a run folder is the whole configuration of that run with all defaults filled in, and with the location of
      its data.
    - `version` chooses the defaults of keys that are not written. Without it, a configuration has those of this page, version
      \(RunConfiguration.currentVersion). Configurations without it in run folders and checkpoints are of version 1, and a run that resumes from them keeps that
      version. Versions 1 and 2 had `data.fit: stretch`; version 1 had `optimizer.regularize: weights_and_positions`, and applied
      `flip` before `shift` whatever their order.
    """

  private static var sections: [String] {
    [
      ReferencePage.section(DatasetSpecification.record), ReferencePage.section(ModelSpecification.record),
      ReferencePage.section(LossSpecification.record),
      ReferencePage.section(OptimizerSpecification.record), ReferencePage.section(ScheduleSpecification.record),
      ReferencePage.section(ParameterRule.record) + parameterExample,
      ReferencePage.section(TrainingSettings.record),
      ReferencePage.section(EarlyStoppingSettings.record),
      ReferencePage.section(EvaluationSettings.record), ReferencePage.section(CheckpointSettings.record),
      ReferencePage.section(LoggingSettings.record),
      ReferencePage.section(SampleSettings.record),
    ]
  }

  private static let parameterExample = """


    The first blocks frozen, the rest at a tenth of the schedule's rate, biases of the blocks without decay, and the head at the full rate:

    ```yaml
    model: {architecture: vit}
    optimizer: {kind: adamw, weight_decay: 0.05}
    parameters:
      - {match: "*", rate: 0.1}
      - {match: "blocks.[0-2].*", freeze: true}
      - {match: "blocks.*.bias", weight_decay: 0}
      - {match: "head.*", rate: 1}
    training: {epochs: 5}
    ```

    Patterns match a whole path: `blocks.1.*` is all of block 1 and nothing of block 10, `*.bias` every layer's bias.
    The backward pass ends at the lowest parameter that is trained. Frozen parameters are in checkpoints and in `weights_sha256`; the L2
    term that is reported leaves them out. `lockstep train` says how many are frozen, and `summary.json` as `frozen_parameters`.
    """

  private static var layers: String {
    let introduction = """
      ## Layers

      An item of a list of layers is a bare word (`relu`), a word with one value (`linear: 300`), or a word with keys
      (`conv: {filters: 40, kernel: 4}`). The value of the second form is the key marked ●. Layers are named by their
      number in the list, as in PyTorch's `nn.Sequential`, or by a name that stands beside the word and that no other layer of
      the list has: `{conv: {filters: 40, kernel: 4}, name: stem}`, a letter or `_`, then letters, digits and `_`.
      """
    return items(introduction, LayerCatalogue.forms.map(\.variant))
  }

  private static var transforms: String {
    let introduction = """
      ## Image transforms

      An item of `data.augment` or `data.evaluation_transforms` is a bare word (`flip`), a word with one value (`shift: 2`), or
      a word with keys (`random_crop: {padding: 4, mode: reflect}`). The value of the second form is the key marked ●. They are
      applied in the order of the list, to pixels, before `normalize`: `[{random_crop: {padding: 4}}, flip]`. What each draws
      follows from the seed, the epoch, the sample, its kind, and its number among the items of its kind; so adding a transform of
      another kind, or moving one, changes nothing of what the others draw.
      """
    return items(introduction, TransformCatalogue.items.variants)
  }

  private static func items<Value>(_ introduction: String, _ variants: [Variant<Value>]) -> String {
    let parts = variants.map { variant in
      let title = "### `\(variant.name)`\n\n\(variant.meaning)"
      guard !variant.fields.isEmpty else { return title }
      let fields = variant.fields.map { field in
        var field = field
        if field.name == variant.shorthand { field.meaning = "● " + field.meaning }
        return field
      }
      return title + "\n\n" + ReferencePage.table(fields)
    }
    return ([introduction] + parts).joined(separator: "\n\n")
  }

  private static let resume = """
    ## What may change on resume

    A run that goes on from a checkpoint may have other values of `training.steps`, `training.epochs`,
    `training.compare_replicas` and `data.evaluation_transforms`, of everything in `evaluation`, `checkpoint`, `logging` and `samples`, and of the paths in
    `data`, where the same data lie: none of it can change what has been computed. Another `training.blas_threads` is
    accepted with a warning, since it rounds differently. Any other
    difference is refused and listed, unless `--continue` is given.

    With `training.early_stopping` the evaluations decide when a run ends, and with the schedule `plateau` at which rate it
    learns, so `evaluation.every_steps`, `every_epochs` and `block_size`, and `data.evaluation_transforms`, may not differ without `--continue`; of `early_stopping` itself,
    `patience` may grow. A run that was stopped early is complete: started again it says so and only measures the test
    split anew; with more patience it goes on.

    With `--continue`, the rest of the run is trained with other settings of the learning: everything in `loss`, `optimizer`,
    `schedule`, `parameters`, `data.augment` and `training.early_stopping`. A schedule that differs begins at the step of the checkpoint, with its
    warm-up, and has the rest of the run as its length; one that does not differ goes on. The optimiser's state is kept if the new
    optimiser has state of the same names for the same parameters, and begins at zero otherwise. Early stopping counts evaluations
    anew. Earlier steps are no longer candidates for the best checkpoint if its metric changes, or if the metric is the loss and the loss changes.
    """
}
