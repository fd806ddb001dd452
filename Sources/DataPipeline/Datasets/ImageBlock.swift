/// Image files that pass through a model together, as a data set.
public struct ImageBlock: ImageDataset {
  public let imageShape: ImageShape
  public let layout = PixelLayout.interleaved
  public let classNames = ["unknown"]
  public let labels: [Int32]
  private let images: [SingleImage]
  /// For each file, in order, why it cannot be read; nil for an image that was read and is a record.
  public let faults: [DataError?]

  /// Reads files on all cores that this process may use.
  ///
  /// - Parameters:
  ///   - shape: Shape of all images.
  ///   - count: Number of files.
  ///   - read: Reads the file with this number.
  public init(shape: ImageShape, count: Int, read: @Sendable (Int) throws(DataError) -> SingleImage) {
    let results = mapConcurrently(count: count) { number -> Result<SingleImage, DataError> in
      do throws(DataError) {
        return .success(try read(number))
      } catch {
        return .failure(error)
      }
    }
    imageShape = shape
    images = results.compactMap { try? $0.get() }
    labels = images.map { _ in 0 }
    faults = results.map { if case .failure(let error) = $0 { error } else { nil } }
  }

  public func withPixels<Result>(
    ofRecord record: Int, _ body: (UnsafePointer<UInt8>) -> Result
  ) throws(DataError) -> Result {
    try images[record].withPixels(ofRecord: 0, body)
  }
}
