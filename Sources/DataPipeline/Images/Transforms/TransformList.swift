import Configuration
import Tensors

/// Transforms in the order in which they are applied.
///
/// Each item draws from a stream of its own, keyed by (seed, epoch, sample, kind, number among the items of its kind): what an
/// item draws does not change with the items of other kinds around it, and two items of a kind draw different numbers.
public struct TransformList: Sendable, Equatable {
  private struct Item: Sendable {
    let settings: any TransformSettings
    /// Number of the item's stream, used as the layer of its key.
    let stream: UInt32
  }

  public let specifications: [TransformSpecification]
  private let items: [Item]

  /// Most transforms in a list. The streams of one kind are told apart by 16 bits.
  package static let longest = 64
  /// Largest size of an image, between transforms too; the same as for other samples.
  private static let mostBytes = Double(SchemaInteger.largestSynthetic)

  public init(_ specifications: [TransformSpecification] = []) {
    self.specifications = specifications
    items = specifications.indices.map { index in
      let settings = specifications[index].settings
      let number = specifications[..<index].count { type(of: $0.settings) == type(of: settings) }
      return Item(settings: settings, stream: type(of: settings).stream + UInt32(number) << 8)
    }
  }

  public static func == (a: TransformList, b: TransformList) -> Bool { a.specifications == b.specifications }

  public var isEmpty: Bool { items.isEmpty }

  /// The first transform that draws at random, if there is one.
  package var firstRandom: TransformSpecification? { specifications.first { $0.settings.isRandom } }

  /// Shapes of an image: before the first transform, and after each.
  package func shapes(of shape: ImageShape) throws(TransformFault) -> [ImageShape] {
    var shapes = [shape]
    for (index, specification) in specifications.enumerated() {
      do throws(TransformFault) {
        let result = try specification.settings.outputShape(of: shapes[shapes.count - 1])
        guard Double(result.height) * Double(result.width) * Double(result.channels) <= Self.mostBytes else {
          throw TransformFault("images of \(result) are too large", hint: "lower the size")
        }
        shapes.append(result)
      } catch {
        let item = specifications.count > 1 ? "item \(index + 1), \(specification.name)" : specification.name
        throw TransformFault("\(item): \(error.problem)", hint: error.hint)
      }
    }
    return shapes
  }

  /// Shape of the result.
  package func outputShape(of shape: ImageShape) throws(TransformFault) -> ImageShape {
    try shapes(of: shape).last ?? shape
  }

  /// Applies all in order.
  func apply(to image: inout TransformedImage, seed: UInt64, epoch: Int, sample: Int) {
    for item in items {
      var stream = RandomStream(
        seed: seed, purpose: .augmentation, epochOrStep: UInt32(epoch), sample: UInt32(sample), layer: item.stream)
      item.settings.apply(to: &image, drawing: &stream)
    }
  }
}
