import Configuration

/// All kinds of data, in the order of the reference page. A new one is one file and one line here.
package enum DatasetCatalogue {
  package static let entries: [any DatasetSettings.Type] = [
    MNIST5K.self,
    MNIST.self,
    FashionMNIST.self,
    CIFAR10.self,
    CIFAR100.self,
    IDXImages.self,
    ImageFolder.self,
    TextFile.self,
    BundledNovel.self,
    LabelledTextSettings.self,
    SyntheticSamples.self,
    ProgramArrays.self,
  ]

  /// The public data sets that can be fetched.
  static let downloads: [KnownDataset] = entries.compactMap { entry in
    if case .download(let known) = entry.origin { known } else { nil }
  }

  static let variants = entries.map { variant($0) }

  private static func variant<Settings: DatasetSettings>(_: Settings.Type) -> Variant<DatasetSpecification> {
    let form = Settings.form
    let areImages = form.template.samples == .images
    return form.variant(
      prepare: { if !areImages { $0.normalization = .none } }, apply: { $1.settings = $0 },
      take: { $0.settings as? Settings })
  }
}
