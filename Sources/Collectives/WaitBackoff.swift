import Glibc

/// Pause between two checks of a condition that other ranks bring about: none at first, then yield the core, then sleep. MPI's
/// own blocking calls spin. With more ranks than cores, that starves the rank that all wait for, and also the helper threads
/// that share a rank's core.
package struct WaitBackoff {
  /// Cost of a check.
  package enum CheckCost: Sendable {
    /// Reads flags: nanoseconds.
    case flags
    /// Asks MPI, and through it the system's sockets: a microsecond or more.
    case messages
  }

  /// Number of checks before yielding, some microseconds in all.
  private let spins: Int
  /// Number of checks with yielding, about three milliseconds on an idle core.
  private static let yields = 5000
  private static let sleepMicroseconds: UInt32 = 50

  private var checks = 0

  package init(_ cost: CheckCost) {
    spins = cost == .flags ? 200 : 20
  }

  package mutating func pause() {
    checks += 1
    if checks <= spins { return }
    if checks <= spins + Self.yields {
      sched_yield()
    } else {
      usleep(Self.sleepMicroseconds)
    }
  }
}
