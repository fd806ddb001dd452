import Configuration

/// All transforms of images, in the order of the reference page. A new one is one file and one line here.
package enum TransformCatalogue {
  package static let entries: [any TransformSettings.Type] = [
    Flip.self,
    Shift.self,
    RandomCrop.self,
    CenterCrop.self,
    VerticalFlip.self,
    RandomResizedCrop.self,
    Erasing.self,
    Cutout.self,
    ColorJitter.self,
    Grayscale.self,
    Blur.self,
    Affine.self,
  ]

  package static let items = ItemForms(
    "transform", advice: "write - flip, or - shift: 4", variants: entries.map { variant($0) },
    start: TransformSpecification.flip)

  private static func variant<Settings: TransformSettings>(_: Settings.Type) -> Variant<TransformSpecification> {
    Settings.form.variant(apply: { $1 = TransformSpecification($0) }, take: { $0.settings as? Settings })
  }
}
