import Configuration
import Tensors

/// Mirrors left and right: with probability one half, or every other epoch.
package struct Flip: TransformSettings {
  package enum Mode: String, Sendable, CaseIterable {
    /// With probability one half in each epoch.
    case random
    /// At random in epoch 0, and the other way round in each epoch after it (K. Jordan, 2024, "94 % on CIFAR-10 in 3.29
    /// seconds", section 3.6): two epochs in a row show both sides of each image.
    case alternating
  }

  package var mode = Mode.random

  package static var form: Form<Flip> {
    Form(
      "flip", "Mirrors left and right, with probability one half.", shorthand: "mode", template: Flip(),
      example: Flip(mode: .alternating),
      fields: [
        Field(
          "mode", \.mode, .word(),
          "`random` draws anew in each epoch; `alternating` draws once, and mirrors the other way in every other epoch (Jordan, "
            + "2024).")
      ])
  }

  package static var stream: UInt32 { 0 }
  package var isRandom: Bool { true }

  package func outputShape(of shape: ImageShape) -> ImageShape { shape }

  package func apply(to image: inout TransformedImage, drawing stream: inout RandomStream) {
    switch mode {
    case .random:
      if stream.next() & 1 == 1 { image.mirror() }
    case .alternating:
      let key = stream.key
      var first = RandomStream(seed: key.seed, purpose: .augmentation, sample: key.sample, layer: key.layer)
      if (first.next() ^ key.step) & 1 == 1 { image.mirror() }
    }
  }
}

extension TransformSpecification {
  /// Mirrors left and right, with probability one half.
  public static var flip: Self { Self(Flip()) }

  /// Mirrors left and right at random in epoch 0, and the other way round in each epoch after it.
  public static var alternatingFlip: Self { Self(Flip(mode: .alternating)) }
}

extension DatasetSpecification {
  /// Puts flips in front of shifts, if the training list has nothing else.
  package mutating func moveFlipsToFront() {
    guard augmentations.allSatisfy({ $0.settings is Flip || $0.settings is Shift }) else { return }
    augmentations = augmentations.filter { $0.settings is Flip } + augmentations.filter { !($0.settings is Flip) }
  }
}
