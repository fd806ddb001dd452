import Configuration
import Tensors

/// The settings of one kind of a change to images, and what it computes.
package protocol TransformSettings: CatalogueEntry {
  /// Number of the kind's random streams, below 256 and different for each kind. Results depend on it: never change it.
  static var stream: UInt32 { get }

  /// Whether the change is drawn at random. Lists for evaluation take no such transform.
  var isRandom: Bool { get }

  /// Shape of the result, for images of `shape`.
  func outputShape(of shape: ImageShape) throws(TransformFault) -> ImageShape

  /// Changes one image, of a shape that `outputShape` accepts.
  ///
  /// - Parameter stream: Random stream of this item of the list, for this image in this epoch.
  func apply(to image: inout TransformedImage, drawing stream: inout RandomStream)
}

/// A transform that does not fit the images it gets.
package struct TransformFault: Error, Equatable {
  package var problem: String
  package var hint: String

  package init(_ problem: String, hint: String) { (self.problem, self.hint) = (problem, hint) }
}
