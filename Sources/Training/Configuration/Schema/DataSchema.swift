import Configuration
import DataPipeline
import NeuralNetworks

extension DatasetSpecification {
  static var record: Record<DatasetSpecification> {
    Record(
      "data", "Which data are read, how they are split, and what is done to them.",
      template: DatasetSpecification(),
      choice: Choice(
        "dataset", "A known data set (`lockstep data list`) or a format.", fallback: Kind.mnist5k.rawValue,
        variants: [
          plain(.mnist5k, "5 000 handwritten digits that come with Lockstep, 28×28, 4 000 to train and 1 000 to test"),
          plain(.mnist, "MNIST: 70 000 handwritten digits, IDX files"),
          plain(.fashionMNIST, "Fashion-MNIST: 70 000 pieces of clothing, IDX files"),
          plain(.cifar10, "CIFAR-10: 60 000 colour images 32×32 in 10 classes, binary version"),
          plain(.cifar100, "CIFAR-100: the same in 100 classes"),
          plain(.idx, "IDX files of your own, named as MNIST's, also `.gz`"),
          imageFolder, text(.text, "a UTF-8 text file, `path` or `--data`: which token comes next"),
          text(.novel, "a novel that comes with Lockstep, used in the same way"), labelledLines,
          synthetic,
        ]),
      fields: [
        Field(
          "path", \.path, Codec.text.optional,
          "Folder with the data, or the text file; null looks in the data folder, or takes the text file, of `--data`."),
        Field(
          "validation", \.validation, split.optional,
          "How much of the training split is set aside for validation: a number of samples, or a share of them."),
        Field(
          "validation_from_end", \.validationFromEnd, .truth,
          "Sets the last samples of the files aside, not samples drawn by the seed, equally from all classes."),
        Field(
          "train_limit", \.trainLimit, Codec.integer(atLeast: 1).optional,
          "Uses the first so many training samples of the files only."),
        Field("test_limit", \.testLimit, Codec.integer(atLeast: 1).optional, "The same for the test split."),
        Field(
          "normalize", \.normalization, .word(),
          "Subtracts the mean of the training split and divides by its standard deviation, for each channel or for each "
            + "pixel position and channel."),
        Field(
          "augment", \.augmentations, TransformCatalogue.items.codec.list("transforms"),
          "Changes to training images, in this order: see [Image transforms](#image-transforms)."),
        Field(
          "evaluation_transforms", \.evaluationTransforms, TransformCatalogue.items.codec.list("transforms"),
          "Changes to the images of validation, testing and classification, in this order; none may draw at random. They must "
            + "lead to the shape that `augment` leads to."),
        Field(
          "max_inflated_bytes", \.maxInflatedBytes, .integer(atLeast: 1, atMost: 1 << 40),
          "Bytes that a file named `.gz` may inflate to. They are held in memory, and a small file may inflate to many."
        ),
      ])
  }

  private static func plain(_ kind: Kind, _ meaning: String) -> Variant<DatasetSpecification> {
    Variant(kind.rawValue, meaning, apply: { $0.kind = kind }, matches: { $0.kind == kind })
  }

  private static var imageFolder: Variant<DatasetSpecification> {
    struct Keys {
      var size: Extent?
      var skipBadImages = false
      var usesValidationFolder = true
      var maxPixels = DatasetSpecification.defaultMaxImagePixels
    }
    return Variant(
      Kind.imageFolder.rawValue, "folders `train/CLASS/…` and `test/CLASS/…` with JPEG and PNG files", template: Keys(),
      fields: [
        Field(
          "image_size", \.size, Codec.extent(atLeast: 1).optional,
          "Size that images are scaled to; null requires images that are all of one size."),
        Field(
          "skip_bad_images", \.skipBadImages, .truth,
          "Names images that cannot be read and goes on without them (`--skip-bad-images`)."),
        Field(
          "validation_folder", \.usesValidationFolder, .truth,
          "Uses a folder `val`, `validation` or `valid` beside `train` as the validation split, unless `validation` takes it "
            + "out of `train`."),
        Field(
          "max_image_pixels", \.maxPixels, .integer(atLeast: 1, atMost: SchemaInteger.largest),
          "Pixels that an image file may have. Decoding takes up to 11 bytes for each, and a file of few bytes may promise many."
        ),
      ],
      apply: { keys, data in
        data.kind = .imageFolder
        data.imageSize = keys.size.map { ($0.height, $0.width) }
        data.skipBadImages = keys.skipBadImages
        data.usesValidationFolder = keys.usesValidationFolder
        data.maxImagePixels = keys.maxPixels
      },
      take: { data in
        guard data.kind == .imageFolder else { return nil }
        let size = data.imageSize.map { Extent(height: $0.height, width: $0.width) }
        return Keys(
          size: size, skipBadImages: data.skipBadImages, usesValidationFolder: data.usesValidationFolder,
          maxPixels: data.maxImagePixels)
      })
  }

  private static func text(_ kind: Kind, _ meaning: String) -> Variant<DatasetSpecification> {
    Variant(
      kind.rawValue, meaning, template: TextSpecification(),
      fields: [
        Field(
          "tokenizer", \.tokenizer, tokenizer,
          "What a token is: a character, a byte, or what byte-pair encoding makes of the training split: `{bpe: 8000}` has "
            + "a vocabulary of 8 000."),
        Field(
          "window", \.window, .integer(atLeast: 1),
          "Tokens of a sample: how far the model looks back, and how far gradients flow."),
        Field(
          "order", \.order, .word(),
          "`random`: windows from anywhere; `sequential`: as many streams as the batch has samples, read side by side, with "
            + "the state of recurrent layers carried on; `shuffled-chunks`: every window once an epoch. Whatever the order, "
            + "evaluations go through the text window by window, and state begins anew in each."),
        Field("test", \.test, .share, "Share of the text's end that is kept for testing; `validation` lies before it."),
      ],
      prepare: { $0.normalization = .none },
      apply: { keys, data in
        data.kind = kind
        data.text = keys
      },
      take: { $0.kind == kind ? $0.text : nil })
  }

  static var tokenizer: Codec<TokenizerSpecification> {
    OneKeyForm(
      "characters, bytes or {bpe: VOCABULARY}", words: [("characters", .characters), ("bytes", .bytes)], key: "bpe",
      value: Codec<Int>.integer(atLeast: 257), make: { .bytePairs(vocabularySize: $0) },
      take: { if case .bytePairs(let size) = $0 { size } else { nil } }
    ).codec
  }

  private static var synthetic: Variant<DatasetSpecification> {
    Variant(
      Kind.synthetic.rawValue, "random values and labels, for benchmarks", template: DatasetSpecification(),
      fields: [
        Field(
          "shape", \.syntheticShape, Codec.integer(atLeast: 1).list("integers ≥ 1", atLeast: 1),
          "Shape of a sample, `[height, width, channels]` or `[features]`."),
        // An evaluation counts classes × classes.
        Field("classes", \.syntheticClasses, .integer(atLeast: 2, atMost: 10_000), "Number of classes."),
        Field(
          "samples", \.syntheticCount, .integer(atLeast: 1, atMost: SchemaInteger.largestSynthetic),
          "Number of training samples."),
      ],
      apply: { keys, data in
        data.kind = .synthetic
        data.syntheticShape = keys.syntheticShape
        data.syntheticClasses = keys.syntheticClasses
        data.syntheticCount = keys.syntheticCount
      },
      take: { $0.kind == .synthetic ? $0 : nil })
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
}
