/// Height, width and channels of an image.
public struct ImageShape: Sendable, Equatable, CustomStringConvertible {
  public var height: Int
  public var width: Int
  public var channels: Int

  public init(height: Int, width: Int, channels: Int) {
    (self.height, self.width, self.channels) = (height, width, channels)
  }

  /// Pixels times channels; bytes of a record.
  public var count: Int { height * width * channels }

  public var description: String { "\(height)×\(width)×\(channels)" }
}

/// Order of the bytes in a record.
public enum PixelLayout: Sendable {
  /// `[height, width, channels]`.
  case interleaved
  /// `[channels, height, width]`.
  case planar
}

/// Labelled 8-bit images of one shape, by record number. Any number of threads may read at once.
public protocol ImageDataset: Sendable {
  var imageShape: ImageShape { get }
  var layout: PixelLayout { get }
  /// Shape of one sample as the model gets it: `[height, width, channels]`, or `[features]`.
  var sampleShape: [Int] { get }
  /// Name of each class, by label.
  var classNames: [String] { get }
  /// Label of each record, all in `0 ..< classNames.count`.
  var labels: [Int32] { get }
  /// Whether reading a record takes work (decoding a file), not just memory.
  var decodesOnRead: Bool { get }
  /// Whether reading this record is quick although `decodesOnRead` is true, since it has been decoded before.
  func isReady(_ record: Int) -> Bool
  /// Path of a record's file; nil if records are not files.
  func file(ofRecord record: Int) -> String?
  /// Digest of the name and size of a record's file, after `seed`; `seed` itself if records are not files.
  func fileIdentity(ofRecord record: Int, seed: UInt64) -> UInt64

  /// Calls `body` with the `imageShape.count` bytes of a record, in `layout`.
  func withPixels<Result>(
    ofRecord record: Int, _ body: (UnsafePointer<UInt8>) -> Result
  ) throws(DataError) -> Result
}

extension ImageDataset {
  /// Number of records.
  public var count: Int { labels.count }
  public var sampleShape: [Int] { [imageShape.height, imageShape.width, imageShape.channels] }
  public var decodesOnRead: Bool { false }
  public func isReady(_ record: Int) -> Bool { !decodesOnRead }
  public func file(ofRecord record: Int) -> String? { nil }
  public func fileIdentity(ofRecord record: Int, seed: UInt64) -> UInt64 { seed }
}
