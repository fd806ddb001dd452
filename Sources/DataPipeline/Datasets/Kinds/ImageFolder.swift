import Configuration

/// JPEG and PNG files of the user's own, in a folder for each class.
package struct ImageFolder: ImageDatasetSettings {
  /// Size that images are scaled to; nil requires that all have one size.
  package var size: Extent?
  /// Count and go on where an image cannot be read, instead of ending the run.
  package var skipBadImages = false
  /// Whether a folder `val` beside `train` is the validation split where `validation` is nil.
  package var usesValidationFolder = true
  /// Pixels that an image file may have.
  package var maxPixels = DatasetSpecification.defaultMaxImagePixels

  package init(size: Extent? = nil, skipBadImages: Bool = false) {
    (self.size, self.skipBadImages) = (size, skipBadImages)
  }

  package static var form: Form<ImageFolder> {
    var example = ImageFolder(size: Extent(height: 33, width: 31), skipBadImages: true)
    (example.usesValidationFolder, example.maxPixels) = (false, 1234)
    return Form(
      "image-folder", "folders `train/CLASS/…` and `test/CLASS/…` with JPEG and PNG files", template: ImageFolder(),
      example: example,
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
      ])
  }

  package static var origin: DatasetOrigin { .user }
  package static var locationKeys: [String] { ["validation_folder", "max_image_pixels"] }

  /// 32×32 where nothing says the size.
  package var nominalShape: NominalShape {
    NominalShape(
      sample: [size?.height ?? 32, size?.width ?? 32, 3], sampleIsAssumed: size == nil, sizeKey: "data.image_size")
  }

  package var trainingCount: Int? { nil }
  package var mayBringValidation: Bool { usesValidationFolder }
  package var heldOutAdvice: String? { "add a folder test beside train" }
  package var imageFiles: ImageFileLimits? { ImageFileLimits(size: size, maxPixels: maxPixels) }

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
    return try openFiles(in: folder, takesValidation: data.validation != nil)
  }
}

extension DatasetSpecification {
  /// Folders `train/CLASS/…` and `test/CLASS/…` with JPEG and PNG files.
  ///
  /// - Parameters:
  ///   - path: Nil looks in the data directory.
  ///   - size: Size that images are scaled to; nil requires that all have one size.
  public static func imageFolder(path: String? = nil, size: Extent? = nil, skipBadImages: Bool = false) -> Self {
    Self(ImageFolder(size: size, skipBadImages: skipBadImages), path: path)
  }

  /// Goes on without images that cannot be read. Data of other kinds have no image files.
  public mutating func skipBadImages() {
    guard var folder = settings as? ImageFolder else { return }
    folder.skipBadImages = true
    settings = folder
  }
}
