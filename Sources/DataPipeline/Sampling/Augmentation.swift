import Tensors

/// Random changes of training images, each a function of (seed, epoch, sample).
public struct Augmentation: Sendable, Equatable {
  /// Mirrors left and right with probability one half.
  public var flips: Bool
  /// Moves by up to this many pixels down or up, and right or left; black comes in.
  public var maximumShift: Int

  /// Augmentation of one image in one epoch; the mirror comes before the shift.
  public struct Move: Sendable, Equatable {
    public var mirror = false
    public var down = 0
    public var right = 0

    public static let none = Move()
  }

  public static let none = Augmentation(flips: false, maximumShift: 0)

  public init(flips: Bool, maximumShift: Int) {
    precondition(maximumShift >= 0, "a shift of up to \(maximumShift) pixels")
    (self.flips, self.maximumShift) = (flips, maximumShift)
  }

  public init(_ augmentations: [DatasetSpecification.Augmentation]) {
    self = .none
    for augmentation in augmentations {
      switch augmentation {
      case .flip: flips = true
      case .shift(let pixels): maximumShift = max(maximumShift, pixels)
      }
    }
  }

  public func move(seed: UInt64, epoch: Int, sample: Int) -> Move {
    // A layer number each, so that one kind does not change what another draws.
    func stream(_ layer: UInt32) -> RandomStream {
      RandomStream(
        seed: seed, purpose: .augmentation, epochOrStep: UInt32(epoch), sample: UInt32(sample), layer: layer)
    }
    var move = Move.none
    if flips {
      var flip = stream(0)
      move.mirror = flip.next() & 1 == 1
    }
    if maximumShift > 0 {
      var shift = stream(1)
      move.down = shift.integer(below: 2 * maximumShift + 1) - maximumShift
      move.right = shift.integer(below: 2 * maximumShift + 1) - maximumShift
    }
    return move
  }
}
