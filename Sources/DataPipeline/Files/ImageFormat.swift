/// Formats of image files, told apart by their first bytes, whatever the file is called.
enum ImageFormat: String, Sendable {
  case jpeg = "JPEG"
  case png = "PNG"
  case webp = "WebP"
  case gif = "GIF"
  case bmp = "BMP"
  case tiff = "TIFF"
  case heif = "HEIC or AVIF"
  case jpegXL = "JPEG XL"
  case jpeg2000 = "JPEG 2000"

  /// Whether the decoders here read it.
  var isReadable: Bool {
    switch self {
    case .jpeg, .png, .webp, .gif, .bmp, .tiff: true
    case .heif, .jpegXL, .jpeg2000: false
    }
  }

  /// The formats that are read, for help and messages.
  static let readable = "JPEG, PNG, WebP, GIF, BMP or TIFF"

  /// Number of first bytes that decide.
  static let signatureLength = 16

  init?(startingWith bytes: UnsafeRawBufferPointer) {
    func has(_ signature: [UInt8], at offset: Int = 0) -> Bool {
      bytes.count >= offset + signature.count && bytes[offset..<offset + signature.count].elementsEqual(signature)
    }
    func has(_ text: String, at offset: Int = 0) -> Bool { has(Array(text.utf8), at: offset) }
    if has([0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if has("RIFF"), has("WEBP", at: 8) {
      self = .webp
    } else if has("GIF8") {
      self = .gif
    } else if has([0x49, 0x49, 0x2A, 0x00]) || has([0x4D, 0x4D, 0x00, 0x2A]) {
      self = .tiff
    } else if has("ftyp", at: 4), ["heic", "heix", "mif1", "msf1", "avif", "avis"].contains(where: { has($0, at: 8) }) {
      self = .heif
    } else if has([0xFF, 0x0A]) || has([0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20]) {
      self = .jpegXL
    } else if has([0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20]) {
      self = .jpeg2000
    } else if has("BM") {
      // Last: two letters that a text may begin with.
      self = .bmp
    } else {
      return nil
    }
  }
}
