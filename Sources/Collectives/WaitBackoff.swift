import Glibc

/// Pause between two looks at something that other ranks must bring about: nothing at first, then give the
/// core away, then sleep. MPI's own blocking calls spin, which starves the rank that all wait for when there are
/// more ranks than cores, and the helper threads of a rank that share its core.
package struct WaitBackoff {
  /// Cost of a look.
  package enum Look: Sendable {
    /// Reading flags: nanoseconds.
    case flags
    /// Asking MPI, and through it the system's sockets: a microsecond or more.
    case messages
  }

  /// Looks before the core is given away, some microseconds' worth.
  private let spins: Int
  /// About three milliseconds of yielding on an idle core.
  private static let yields = 5000
  private static let sleepMicroseconds: UInt32 = 50

  private var looks = 0

  package init(_ look: Look) {
    spins = look == .flags ? 200 : 20
  }

  package mutating func pause() {
    looks += 1
    if looks <= spins { return }
    if looks <= spins + Self.yields {
      sched_yield()
    } else {
      usleep(Self.sleepMicroseconds)
    }
  }
}
