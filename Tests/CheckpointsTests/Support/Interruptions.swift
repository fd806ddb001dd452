import Files
import Foundation

/// System calls that signals interrupt, and that write fewer bytes than requested.
final class Interruptions {
  private(set) var calls = 0

  /// Counts a call; each one with a number that `period` divides is interrupted (`EINTR`).
  func areDue(every period: Int) -> Bool {
    calls += 1
    guard calls.isMultiple(of: period) else { return false }
    errno = EINTR
    return true
  }

  /// Every third write is interrupted, and the others write at most `bytes` bytes.
  func writing(atMost bytes: Int) -> SystemCalls {
    var calls = SystemCalls()
    calls.write = { [self] descriptor, start, length in
      areDue(every: 3) ? -1 : write(descriptor, start, min(length, bytes))
    }
    return calls
  }
}
