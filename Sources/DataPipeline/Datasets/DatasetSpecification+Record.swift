import Configuration

extension DatasetSpecification {
  package static var record: Record<DatasetSpecification> {
    Record(
      "data", "The data: their kind, their splits, and changes to their samples.",
      template: DatasetSpecification(),
      choice: Choice(
        "dataset", "A known data set (`lockstep data list`) or a format.", fallback: MNIST5K.form.name,
        variants: DatasetCatalogue.variants),
      fields: [
        Field(
          "path", \.path, Codec.text.optional,
          "Folder with the data, or the text file; null takes the one that `--data` names, or the folder `data`."),
        Field(
          "validation", \.validation, split.optional,
          "Part of the training split that is held out for validation: a number of samples, or a share."),
        Field(
          "validation_from_end", \.validationFromEnd, .truth,
          "Holds out the last samples of the files, instead of samples drawn by the seed in proportion to the classes."),
        Field(
          "train_limit", \.trainLimit, Codec.integer(atLeast: 1).optional,
          "Number of training samples to use, from the first of the files on; null uses all."),
        Field("test_limit", \.testLimit, Codec.integer(atLeast: 1).optional, "The same for test samples."),
        Field(
          "normalize", \.normalization, .word(),
          "Subtracts the mean of the training split and divides by its standard deviation, for each channel or for each "
            + "pixel position and channel; `imagenet` takes the numbers of ImageNet's three channels instead, and reads no image "
            + "for them."),
        Field(
          "augment", \.augmentations, TransformCatalogue.items.codec.list("transforms"),
          "Changes to training images, in this order: see [Image transforms](#image-transforms)."),
        Field(
          "evaluation_transforms", \.evaluationTransforms, TransformCatalogue.items.codec.list("transforms"),
          "Changes to the images of validation, testing and classification, in this order; none may draw at random. They must "
            + "lead to the shape that `augment` leads to."),
        Field(
          "max_inflated_bytes", \.maxInflatedBytes, .integer(atLeast: 1, atMost: 1 << 40),
          "Most bytes that a file named `.gz` may inflate to. They are held in memory, and a small file may inflate to many."
        ),
      ])
  }

  private static var split: Codec<Split> {
    Codec(
      type: "integer ≥ 1 or number in (0, 1)",
      parse: { text, quoted in
        guard !quoted else { return nil }
        if let count = NumberText.integer(text) {
          return (1...SchemaInteger.largest).contains(count) ? .count(count) : nil
        }
        return NumberText.number(text).flatMap { $0 > 0 && $0 < 1 ? .fraction($0) : nil }
      },
      format: { split in
        switch split {
        case .count(let count): YAMLNode(plain: "\(count)")
        case .fraction(let share): YAMLNode(plain: NumberText.format(share))
        }
      }, hint: { text, quoted, _ in SchemaInteger.hint(text, quoted) })
  }

  /// Keys that give the location of the data.
  package static let locationKeys: [String] =
    ["path", "max_inflated_bytes"] + DatasetCatalogue.entries.flatMap { $0.locationKeys }

  /// Reports keys of the section that do not go together.
  package func check(_ context: inout DecodingContext) {
    settings.check(self, &context)
    if let split = validation, let available = knownFileCount {
      let taken = split.count(of: available)
      let written = if case .fraction(let share) = split { NumberText.format(share) } else { "\(taken)" }
      context.check(
        "data.train_limit", "data.validation", holds: taken < available,
        "validation: \(written) takes all of the \(available) training samples", hint: "lower data.validation")
      context.check(
        "data.train_limit", "data.validation", holds: taken > 0,
        "validation: \(written) takes none of the \(available) training samples", hint: "raise data.validation")
    }
    context.check(
      "data.validation", "data.validation_from_end", holds: !validationFromEnd || validation != nil,
      "validation_from_end requires data.validation", hint: "give data.validation, for example validation: 1000")
    let isWhole = trainLimit == nil && testLimit == nil && !validationFromEnd
    context.check(
      "data.augment", "data.evaluation_transforms", "data.normalize", "data.train_limit", "data.test_limit",
      "data.validation_from_end", holds: !hasTokens || (transforms.isEmpty && normalization == .none && isWhole),
      "augment, evaluation_transforms, normalize, train_limit, test_limit and validation_from_end are for images",
      hint: isText ? "leave them out for a text; it is split by position" : "leave them out for texts")
    if !hasTokens { checkTransforms(&context) }
  }

  private func checkTransforms(_ context: inout DecodingContext) {
    let lists = [("data.augment", transforms.training), ("data.evaluation_transforms", transforms.evaluation)]
    for (key, list) in lists {
      context.check(
        key, holds: list.specifications.count <= TransformList.longest,
        "\(key) has more than \(TransformList.longest) transforms", hint: "leave some out")
    }
    if let random = transforms.evaluation.firstRandom {
      context.check(
        "data.evaluation_transforms", holds: false, "\(random.name) draws at random, but evaluations must not",
        hint: "leave it out, or write it in data.augment")
    }
    guard !nominalShape.sampleIsAssumed else { return }
    do throws(ImageTransforms.Fault) {
      _ = try transforms.sampleShape(of: nominalShape.sample, normalization)
    } catch {
      context.check("data.dataset", "data.augment", error.key, holds: false, error.problem, hint: error.hint)
    }
  }
}
