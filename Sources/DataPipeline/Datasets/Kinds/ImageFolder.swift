import Configuration

/// Image files of the user's own, in a folder for each class.
package struct ImageFolder: ImageDatasetSettings {
  /// Size that images are scaled to; nil requires that all have one size.
  package var size: Extent?
  /// How they are scaled.
  package var sizing = ImageSizing()
  /// Whether images that cannot be read are left out, instead of ending the run.
  package var skipBadImages = false
  /// Whether a folder `val` beside `train` is the validation split if `validation` is nil.
  package var usesValidationFolder = true
  /// Most pixels of an image file.
  package var maxPixels = DatasetSpecification.defaultMaxImagePixels

  package init(size: Extent? = nil, skipBadImages: Bool = false) {
    (self.size, self.skipBadImages) = (size, skipBadImages)
  }

  package static var form: Form<ImageFolder> {
    var example = ImageFolder(size: Extent(height: 33, width: 31), skipBadImages: true)
    example.sizing = ImageSizing(fit: .letterbox, filter: .bicubic, background: [1, 2, 3])
    (example.usesValidationFolder, example.maxPixels) = (false, 1234)
    return Form(
      "image-folder", "folders `train/CLASS/…` and `test/CLASS/…`, or `CLASS/…` alone, with image files",
      template: ImageFolder(),
      example: example,
      fields: [
        Field(
          "image_size", \.size, Codec.extent(atLeast: 1).optional,
          "Size that images are scaled to; null requires images of one size."),
        Field(
          "fit", \.sizing.fit, .word(),
          "How images of other proportions fill that size: the part around the centre (`crop`), height and width scaled "
            + "separately (`stretch`), or the whole image on the background (`letterbox`)."),
        Field(
          "resize_filter", \.sizing.filter, .word(),
          "Kernel of the scaling, with antialiasing: Pillow's `bilinear` or `bicubic`."),
        Field(
          "background", \.sizing.background, .color,
          "Red, green and blue, 0 to 255, behind transparent pixels and around a letterboxed image."),
        Field(
          "skip_bad_images", \.skipBadImages, .truth,
          "Leaves out images that cannot be read, and lists them (`--skip-bad-images`)."),
        Field(
          "validation_folder", \.usesValidationFolder, .truth,
          "Uses a folder `val`, `validation` or `valid` beside `train` as the validation split, unless `validation` takes it "
            + "out of `train`."),
        Field(
          "max_image_pixels", \.maxPixels, .integer(atLeast: 1, atMost: SchemaInteger.largest),
          "Most pixels of an image file. Decoding takes up to 11 bytes for each, and a small file may declare many."
        ),
      ])
  }

  package static var origin: DatasetOrigin { .user }
  package static var locationKeys: [String] { ["validation_folder", "max_image_pixels"] }

  /// 32×32 if no key gives the size.
  package var nominalShape: NominalShape {
    NominalShape(
      sample: [size?.height ?? 32, size?.width ?? 32, 3], sampleIsAssumed: size == nil, sizeKey: "data.image_size")
  }

  package var trainingCount: Int? { nil }
  package var mayBringValidation: Bool { usesValidationFolder }
  package var heldOutAdvice: String? { "add a folder test beside train" }
  package var imageFiles: ImageFileLimits? { ImageFileLimits(size: size, sizing: sizing, maxPixels: maxPixels) }

  package func check(_ data: DatasetSpecification, _ context: inout DecodingContext) {
    guard let size else { return }
    context.check(
      "data.image_size",
      holds: Double(size.height) * Double(size.width) * 3 <= Double(SchemaInteger.largestSynthetic),
      "a sample of \(size.height)×\(size.width)×3 values is too large",
      hint: "the largest has \(SchemaInteger.largestSynthetic)")
  }

  package func openFiles(_ data: DatasetSpecification, _ opening: DatasetOpening) throws(DataError) -> DatasetFiles {
    let folder = try data.requireFolder(opening, holds: ["train/CLASS/NAME.jpg", "test/CLASS/NAME.jpg"])
    return try openFiles(in: folder, takesValidation: data.validation != nil, opening.imageCache)
  }
}

extension DatasetSpecification {
  /// Folders `train/CLASS/…` and `test/CLASS/…` with image files.
  ///
  /// - Parameters:
  ///   - path: Nil looks in the data directory.
  ///   - size: Size that images are scaled to; nil requires that all have one size.
  ///   - skipBadImages: Leaves out images that cannot be read.
  public static func imageFolder(path: String? = nil, size: Extent? = nil, skipBadImages: Bool = false) -> Self {
    Self(ImageFolder(size: size, skipBadImages: skipBadImages), path: path)
  }

  /// Leaves out images that cannot be read. Data of other kinds have no image files.
  public mutating func skipBadImages() {
    guard var folder = settings as? ImageFolder else { return }
    folder.skipBadImages = true
    settings = folder
  }

  /// Scales height and width of image files separately, as versions 1 and 2 of the configuration did. Data of other kinds have no
  /// image files.
  package mutating func stretchImages() {
    guard var folder = settings as? ImageFolder else { return }
    folder.sizing.fit = .stretch
    settings = folder
  }
}
