import Configuration
import Tensors

/// Mirrors left and right, with probability one half.
package struct Flip: TransformSettings {
  package static var form: Form<Flip> {
    Form("flip", "Mirrors left and right, with probability one half.", template: Flip(), example: Flip())
  }

  package static var stream: UInt32 { 0 }
  package var isRandom: Bool { true }

  package func outputShape(of shape: ImageShape) -> ImageShape { shape }

  package func apply(to image: inout TransformedImage, drawing stream: inout RandomStream) {
    if stream.next() & 1 == 1 { image.mirror() }
  }
}

extension TransformSpecification {
  /// Mirrors left and right, with probability one half.
  public static var flip: Self { Self(Flip()) }
}

extension DatasetSpecification {
  /// Puts flips in front of shifts, if the training list has nothing else.
  package mutating func moveFlipsToFront() {
    guard augmentations.allSatisfy({ $0.settings is Flip || $0.settings is Shift }) else { return }
    augmentations = augmentations.filter { $0.settings is Flip } + augmentations.filter { !($0.settings is Flip) }
  }
}
