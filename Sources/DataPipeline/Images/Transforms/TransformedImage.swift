import CKernels
import Tensors

/// An image on its way through a list of transforms.
///
/// Mirrors, shifts and crops only change the window through which its pixels are read, so that a list of them costs one pass
/// over the pixels, that of the normaliser. Pixels move earlier only where a transform asks for it (`rewrite`).
package struct TransformedImage {
  private var window: ck_image
  private var pixels: UnsafePointer<UInt8>
  private let scratch: TransformScratch

  /// - Parameter pixels: `shape.count` bytes in `layout`, which must stay where they are as long as the image is used.
  init(_ pixels: UnsafePointer<UInt8>, shape: ImageShape, layout: PixelLayout, scratch: TransformScratch) {
    (self.pixels, self.scratch) = (pixels, scratch)
    window = Self.whole(shape, isPlanar: layout == .planar)
  }

  /// Shape as the next transform sees it.
  package var shape: ImageShape {
    ImageShape(height: window.rows, width: window.columns, channels: window.channels)
  }

  /// Exchanges left and right.
  package mutating func mirror() {
    window.column += (window.mirror ? -1 : 1) * (window.columns - 1)
    window.mirror.toggle()
    (window.left, window.right) = (window.columns - window.right, window.columns - window.left)
  }

  /// Cuts out `height` × `width` pixels from row `top` and column `left` on; beyond the image's edges it is black.
  package mutating func crop(top: Int, left: Int, height: Int, width: Int) {
    window.row += top
    window.column += window.mirror ? -left : left
    (window.rows, window.columns) = (height, width)
    window.top = min(max(window.top - top, 0), height)
    window.bottom = min(max(window.bottom - top, 0), height)
    window.left = min(max(window.left - left, 0), width)
    window.right = min(max(window.right - left, 0), width)
  }

  /// Cuts out a part, with pixels beyond the image's edges by `mode`. Mirrored ones are at most the height and the width away.
  package mutating func crop(top: Int, left: Int, height: Int, width: Int, _ mode: PaddingMode) {
    let shape = shape
    let isInside = top >= 0 && left >= 0 && top + height <= shape.height && left + width <= shape.width
    if mode == .zero || isInside {
      crop(top: top, left: left, height: height, width: width)
    } else {
      rewrite(height: height, width: width) { source, target in
        ck_image_crop_reflected(
          shape.height, shape.width, shape.channels, source, top, left, height, width, target)
      }
    }
  }

  /// Rewrites the pixels in their shape.
  mutating func rewrite(_ body: (_ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>) -> Void) {
    rewrite(height: shape.height, width: shape.width, body)
  }

  /// Sets the pixels of a rectangle inside the image to `fill`.
  mutating func paint(rows: Range<Int>, columns: Range<Int>, fill: Int) {
    let shape = shape
    rewrite { source, target in
      target.update(from: source, count: shape.count)
      for row in rows {
        (target + (row * shape.width + columns.lowerBound) * shape.channels)
          .update(repeating: UInt8(fill), count: columns.count * shape.channels)
      }
    }
  }

  /// Rewrites the pixels: `body` gets the present ones, `[height, width, channels]`, and memory for the new ones.
  package mutating func rewrite(
    height: Int, width: Int, _ body: (_ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>) -> Void
  ) {
    let shape = shape
    if !isWhole || window.planar {
      let gathered = scratch.bytes(besides: pixels)
      ck_image_gather(&window, pixels, gathered)
      pixels = UnsafePointer(gathered)
    }
    let target = scratch.bytes(besides: pixels)
    body(pixels, target)
    pixels = UnsafePointer(target)
    window = Self.whole(ImageShape(height: height, width: width, channels: shape.channels), isPlanar: false)
  }

  /// Writes the image as a model takes it, `[height, width, channels]`.
  func write(to target: UnsafeMutablePointer<Float>, _ normalizer: Normalizer) {
    var image = window
    if isWhole {
      // Rows need not be told apart: one long one is quicker.
      let pixels = window.rows * window.columns
      (image.height, image.width, image.rows, image.columns, image.bottom, image.right) = (
        1, pixels, 1, pixels, 1, pixels
      )
    }
    ck_image_normalize(
      CK_FLOAT32, &image, pixels, 1 / 255, normalizer.table, normalizer.mean, normalizer.inverseDeviation, target)
  }

  /// Whether the window shows the whole image as it is.
  private var isWhole: Bool {
    !window.mirror && window.row == 0 && window.column == 0
      && window.rows == window.height && window.columns == window.width
      && window.top == 0 && window.bottom == window.rows && window.left == 0 && window.right == window.columns
  }

  private static func whole(_ shape: ImageShape, isPlanar: Bool) -> ck_image {
    ck_image(
      height: shape.height, width: shape.width, channels: shape.channels, planar: isPlanar, rows: shape.height,
      columns: shape.width, row: 0, column: 0, mirror: false, top: 0, bottom: shape.height, left: 0, right: shape.width)
  }
}

extension Normalizer {
  fileprivate var table: ck_table {
    switch kind {
    case .none: CK_NO_TABLE
    case .perChannel, .imageNet: CK_PER_CHANNEL
    case .perPixel: CK_PER_PIXEL
    }
  }
}

/// Memory for images between two transforms, one after the other. It comes from a pool when it is first asked for. One thread
/// uses it at a time.
final class TransformScratch: @unchecked Sendable {
  private let byteCount: Int
  private let pool: StoragePool
  private var buffers: (Tensor, Tensor)?

  /// - Parameter byteCount: Bytes of the largest image.
  init(byteCount: Int, pool: StoragePool) { (self.byteCount, self.pool) = (byteCount, pool) }

  /// Takes the memory now: a pool is for one thread.
  func reserve() {
    if buffers == nil, byteCount > 0 { buffers = (make(), make()) }
  }

  /// Memory in which `used` does not lie.
  func bytes(besides used: UnsafePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    let buffers = buffers ?? (make(), make())
    self.buffers = buffers
    let (first, second) = (Self.start(of: buffers.0), Self.start(of: buffers.1))
    return UnsafePointer(first) == used ? second : first
  }

  private func make() -> Tensor { Tensor(uninitialized: [(byteCount + 3) / 4], dtype: .int32, pool: pool) }

  private static func start(of tensor: Tensor) -> UnsafeMutablePointer<UInt8> {
    tensor.pointer.assumingMemoryBound(to: UInt8.self)
  }
}
