import Glibc

/// What to do between two looks at something that other ranks must bring about: nothing at first, then give the
/// core away, then sleep. MPI's own blocking calls spin, which starves the rank that all wait for when there are
/// more ranks than cores, and the helper threads of a rank that share its core.
package struct WaitBackoff {
  private static let spins = 200
  /// About three milliseconds of yielding on an idle core.
  private static let yields = 5000
  private static let sleepMicroseconds: UInt32 = 50

  private var looks = 0

  package init() {}

  package mutating func pause() {
    looks += 1
    if looks <= Self.spins { return }
    if looks <= Self.spins + Self.yields {
      sched_yield()
    } else {
      usleep(Self.sleepMicroseconds)
    }
  }
}
