import CKernels
import Synchronization

/// Sums of pixels and of their squares over many images, for each element of `[height, width, channels]`. Whole
/// numbers: parts of a split can be added up in any order, to the same bits.
public struct PixelMoments: Sendable, Equatable {
  /// Values that went into each sum.
  private(set) var count: Int
  private(set) var sums: [UInt64]
  private(set) var squares: [UInt64]

  /// 255² · 2¹⁶ is just below 2³²: so many images fit the kernel's 32-bit sums.
  private static let imagesPerFlush = 1 << 16

  /// - Parameters:
  ///   - split: The images.
  ///   - byChannel: Whether all pixels of a channel are summed together.
  public init(of split: ImageSplit, byChannel: Bool = false) throws(DataError) {
    let dataset = split.dataset
    let channels = dataset.imageShape.channels
    @Sendable func sum(_ records: ArraySlice<Int>) throws(DataError) -> PixelMoments {
      let moments = try Self.sum(dataset, records)
      return byChannel ? moments.summedByChannel(channels) : moments
    }
    guard dataset.decodesOnRead else {
      self = try sum(split.records[...])
      return
    }
    // Parts are added in the order in which they are decoded, since the sums are exact. Keeping all parts would take 16 bytes for
    // each value of each part.
    let partSize = 256
    let total = Mutex(PixelMoments(empty: byChannel ? channels : dataset.imageShape.count))
    let failure = Mutex<(part: Int, error: DataError)?>(nil)
    _ = mapConcurrently(count: (split.count + partSize - 1) / partSize) { part in
      // The failure with the lowest position is reported, whichever happens first.
      if failure.withLock({ $0.map { $0.part < part } ?? false }) { return }
      let records = split.records[part * partSize..<min(split.count, (part + 1) * partSize)]
      do throws(DataError) {
        let moments = try sum(records)
        total.withLock { $0.add(moments) }
      } catch {
        failure.withLock { if $0.map({ part < $0.part }) ?? true { $0 = (part, error) } }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure.error }
    self = total.withLock { $0 }
  }

  /// The inverse of `words`.
  public init(words: [UInt64]) {
    precondition(words.count % 2 == 1, "\(words.count) words of a count and two lists of sums")
    count = Int(words[0])
    sums = Array(words[1...words.count / 2])
    squares = Array(words[(words.count / 2 + 1)...])
  }

  /// The count, the sums and the squares, for adding up the parts of several workers.
  public var words: [UInt64] { [UInt64(count)] + sums + squares }

  private init(empty elements: Int) {
    count = 0
    sums = [UInt64](repeating: 0, count: elements)
    squares = sums
  }

  /// Sums over all pixels of each channel. Sums by channel stay as they are.
  func summedByChannel(_ channels: Int) -> PixelMoments {
    var result = PixelMoments(empty: channels)
    result.count = count * (sums.count / channels)
    for element in sums.indices {
      result.sums[element % channels] += sums[element]
      result.squares[element % channels] += squares[element]
    }
    return result
  }

  /// In units of pixel/255.
  var means: [Double] { sums.map { Double($0) / (255 * Double(count)) } }

  /// √((n·Σx² − (Σx)²) / (n·(n−1))) / 255, the numerator exact; 1 where it is 0.
  var standardDeviations: [Double] {
    zip(sums, squares).map { sum, square in
      let numerator = Int128(count) * Int128(square) - Int128(sum) * Int128(sum)
      guard numerator > 0, count > 1 else { return 1 }
      return (Double(numerator) / (Double(count) * Double(count - 1))).squareRoot() / 255
    }
  }

  public mutating func add(_ other: PixelMoments) {
    precondition(
      sums.count == other.sums.count, "moments of \(sums.count) elements and of \(other.sums.count)")
    count += other.count
    for element in sums.indices {
      sums[element] += other.sums[element]
      squares[element] += other.squares[element]
    }
  }

  private static func sum(_ dataset: any ImageDataset, _ records: ArraySlice<Int>) throws(DataError) -> PixelMoments {
    let elements = dataset.imageShape.count
    var result = PixelMoments(empty: elements)
    result.count = records.count
    var start = records.startIndex
    while start < records.endIndex {
      let end = min(start + imagesPerFlush, records.endIndex)
      // Sums in the record's order of bytes, 32 bits wide.
      var sums = [UInt32](repeating: 0, count: elements)
      var squares = sums
      for record in records[start..<end] {
        try dataset.withPixels(ofRecord: record) { pixels in
          ck_image_moments(elements, pixels, &sums, &squares)
        }
      }
      result.addRecordOrder(sums, squares, dataset)
      start = end
    }
    return result
  }

  private mutating func addRecordOrder(_ sums: [UInt32], _ squares: [UInt32], _ dataset: any ImageDataset) {
    let shape = dataset.imageShape
    let pixels = shape.height * shape.width
    for position in sums.indices {
      let element =
        switch dataset.layout {
        case .interleaved: position
        case .planar: position % pixels * shape.channels + position / pixels
        }
      self.sums[element] += UInt64(sums[position])
      self.squares[element] += UInt64(squares[position])
    }
  }
}
