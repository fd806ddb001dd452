import ArgumentParser
import DataPipeline
import PlainText
import RunSettings

extension DataCommand {
  struct ShowCommand: FirstRankCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Draws images as a network sees them, before and after augmentation.",
      discussion: """
        CONFIG is a YAML file, a run folder, or a folder of images, for which the configuration is chosen as in training.

        FILE.png gets a row for each of the first images of the training split: at the left the image as it is decoded and sized, \
        then what training draws of it in epochs 0, 1, 2 and so on. Pixels are shown before they are normalised. Small images are \
        enlarged.

        Examples:
          lockstep data show photos --out sheet.png
          lockstep data show photos.yaml --out sheet.png --count 20
          lockstep data show photos.yaml --out sheet.png --set training.seed=2
        """)

    @Argument(
      help: "A configuration (YAML; see docs/configuration.md), a run folder, or a folder of images.",
      completion: .file(extensions: ["yaml", "yml"]))
    var config: String

    @Option(help: ArgumentHelp("PNG file to write.", valueName: "file"), completion: .file(extensions: ["png"]))
    var out: String

    @Option(parsing: .unconditional, help: "Number of images.")
    var count = 8

    @Option(
      name: .customLong("set"), help: ArgumentHelp("Replaces a value of the configuration.", valueName: "a.b=value"))
    var overrides: [String] = []

    @Option(help: "Folder with the data sets.", completion: .directory)
    var data: String?

    /// Number of augmented pictures of each image.
    private static let epochs = 6
    /// Most images of a sheet: a larger sheet could not be viewed.
    private static let mostImages = 100

    func validate() throws {
      guard (1...Self.mostImages).contains(count) else {
        throw ValidationError("--count \(count): give 1 to \(Self.mostImages)")
      }
      guard out.lowercased().hasSuffix(".png") else {
        throw ValidationError("--out \(out): a PNG file is written; give a name that ends with .png")
      }
    }

    func run() throws {
      let configuration = try TrainSource(config).configuration(overrides: overrides) { Terminal.standard.print($0) }
      let specification = configuration.data
      guard !specification.hasTokens else {
        throw DataError(
          config, "describes texts, which have no pictures", advice: "give a configuration for images", isWrongUse: true
        )
      }
      let splits = try DatasetSplits.open(
        specification.located(in: data), dataDirectory: data, seed: configuration.training.seed,
        normalizer: Normalizer.none)
      for sentence in splits.report.sentences { Terminal.standard.printError("warning: \(sentence)") }
      let sheet = try AugmentationSheet(
        splits, seed: configuration.training.seed, count: count, epochs: Self.epochs)
      let file = try OutputFile.forUser(out)
      try file.append(sheet.picture.pngData())
      try file.commit()
      for (index, row) in sheet.rows.enumerated() {
        let path = row.file.map { ", \($0)" } ?? ""
        Terminal.standard.print("row \(index + 1): sample \(row.sample), class \(row.className)\(path)")
      }
      Terminal.standard.print(
        "\(out): \(sheet.rows.count.counted("image")), each as decoded and sized, then as in epochs 0 to \(Self.epochs - 1)"
      )
    }
  }
}
