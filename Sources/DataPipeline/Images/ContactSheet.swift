/// Pictures in columns of cells of one size, on white.
struct ContactSheet {
  let picture: PixelImage

  private static let gap = 4
  /// Gap behind the first column, which differs from the others.
  private static let wideGap = 16
  /// Small pictures are enlarged to about this many pixels, each pixel to a square.
  private static let readableSide = 96

  /// - Parameter columns: Equally many pictures in each, with equally many channels.
  init(columns: [[PixelImage]]) {
    let pictures = columns.flatMap { $0 }
    let (height, width) = (pictures.map(\.height).max() ?? 1, pictures.map(\.width).max() ?? 1)
    let scale = max(1, Self.readableSide / max(height, width))
    let (cellHeight, cellWidth) = (height * scale, width * scale)
    let lefts = columns.indices.map {
      Self.gap + $0 * (cellWidth + Self.gap) + ($0 > 0 ? Self.wideGap - Self.gap : 0)
    }
    var canvas = Canvas(
      height: Self.gap + (columns.first?.count ?? 0) * (cellHeight + Self.gap),
      width: (lefts.last ?? 0) + cellWidth + Self.gap, channels: pictures.first?.channels ?? 3)
    for (column, left) in zip(columns, lefts) {
      for (row, picture) in column.enumerated() {
        let top = Self.gap + row * (cellHeight + Self.gap)
        // Pictures that a crop has made smaller lie in the middle of their cells.
        canvas.draw(
          picture, top: top + (height - picture.height) * scale / 2, left: left + (width - picture.width) * scale / 2,
          scale: scale)
      }
    }
    picture = canvas.picture
  }

  private struct Canvas {
    private let height: Int
    private let width: Int
    private let channels: Int
    private var pixels: [UInt8]

    init(height: Int, width: Int, channels: Int) {
      (self.height, self.width, self.channels) = (height, width, channels)
      pixels = [UInt8](repeating: 255, count: height * width * channels)
    }

    var picture: PixelImage { PixelImage(height: height, width: width, channels: channels, pixels: pixels) }

    mutating func draw(_ picture: PixelImage, top: Int, left: Int, scale: Int) {
      for row in 0..<picture.height * scale {
        for column in 0..<picture.width * scale {
          let source = (row / scale * picture.width + column / scale) * channels
          let target = ((top + row) * width + left + column) * channels
          for channel in 0..<channels { pixels[target + channel] = picture.pixels[source + channel] }
        }
      }
    }
  }
}
