import CSignals
import Glibc

/// A thread that runs one closure. (Foundation's `Thread` cannot be joined, and costs every start Foundation.)
package final class WorkerThread {
  /// The system's reason for refusing a thread.
  package struct Refusal: Error, CustomStringConvertible {
    let code: Int32
    package var description: String { String(cString: strerror(code)) }
  }

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let thread: pthread_t

  package init(_ run: @escaping @Sendable () -> Void) throws(Refusal) {
    let body = Unmanaged.passRetained(Body(run))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        csignals_use_alternate_stack()
        if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, body.toOpaque())
    if code != 0 {
      body.release()
      throw Refusal(code: code)
    }
    self.thread = thread
  }

  /// Returns once the closure has. Call it once.
  package func join() { pthread_join(thread, nil) }
}
