import CImageFiles
import Configuration

/// How images of any size are brought to one size.
public struct ImageSizing: Sendable, Equatable {
  /// Which part of an image fills the size.
  public enum Fit: String, Sendable, CaseIterable {
    /// The largest part of the right proportions around the centre, scaled.
    case crop
    /// The whole image, height and width scaled separately.
    case stretch
    /// The whole image scaled in proportion, on the background.
    case letterbox

    var native: ci_fit {
      switch self {
      case .crop: CI_CROP
      case .stretch: CI_STRETCH
      case .letterbox: CI_LETTERBOX
      }
    }
  }

  /// Kernels of the scaling, each stretched over the pixels that a new pixel covers.
  public enum Filter: String, Sendable, CaseIterable {
    case bilinear, bicubic

    var native: ci_filter {
      switch self {
      case .bilinear: CI_BILINEAR
      case .bicubic: CI_BICUBIC
      }
    }
  }

  public var fit: Fit
  public var filter: Filter
  /// Red, green and blue, 0 to 255, behind transparent pixels and around a letterboxed image.
  public var background: [UInt8]

  public init(fit: Fit = .crop, filter: Filter = .bilinear, background: [UInt8] = [255, 255, 255]) {
    precondition(background.count == 3, "a background of \(background.count) values")
    (self.fit, self.filter, self.background) = (fit, filter, background)
  }

  /// The request to a decoder for a file that may have `limit` pixels and is scaled to `size` afterwards.
  func request(limit: Int, size: Extent?, measures: Bool = false) -> ci_request {
    ci_request(
      limit: limit, height: size?.height ?? 0, width: size?.width ?? 0, fit: fit.native,
      background: (background[0], background[1], background[2]), measures: measures)
  }
}

extension Codec where Value == [UInt8] {
  /// Red, green and blue, 0 to 255.
  static var color: Codec {
    let type = "[red, green, blue], each from 0 to 255"
    return Codec(
      type: type,
      decode: { node, path, context in
        guard case .sequence(let items) = node.content, items.count == 3 else {
          context.mismatch(node, path: path, expected: type)
          return nil
        }
        let values = items.enumerated().map { index, item in
          Codec<Int>.integer(atLeast: 0, atMost: 255).decode(item, "\(path).\(index)", &context)
        }
        return values.contains(nil) ? nil : values.compactMap { $0.map { UInt8($0) } }
      },
      encode: { color in YAMLNode(.sequence(color.map { YAMLNode(plain: "\($0)") })) })
  }
}
