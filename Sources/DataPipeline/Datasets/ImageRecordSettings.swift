import Configuration

/// Images in files of records, as of MNIST and CIFAR: kinds of data without keys of their own. Their files hold no validation split, and
/// no image file is decoded.
package protocol ImageRecordSettings: ImageDatasetSettings {}

extension ImageRecordSettings {
  package static var locationKeys: [String] { [] }
  package var mayBringValidation: Bool { false }
  package var heldOutAdvice: String? { nil }
  package var imageFiles: ImageFileLimits? { nil }

  package func check(_ data: DatasetSpecification, _ context: inout DecodingContext) {}
}
