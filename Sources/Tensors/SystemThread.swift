import CSignals
import Glibc

/// A thread that runs one closure, with the affinity of the thread that starts it.
///
/// (Foundation's `Thread` cannot be joined and requires Foundation. It does not report that the system has refused a thread, so a
/// wait for the thread's work would never end.)
package final class SystemThread {
  /// The system's reason for refusing a thread.
  package struct Refusal: Error, Equatable, CustomStringConvertible {
    package let code: Int32

    package var description: String { "\(problem); \(advice)" }
    package var problem: String { "the system refused a thread: \(String(cString: strerror(code)))" }
    package var advice: String { "raise the limits on memory (ulimit -v) and processes (-u), or use fewer workers" }
  }

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let thread: pthread_t

  /// - Parameter stackBytes: Size of the stack; nil for the system's default, commonly 8 MiB. Only touched pages take memory.
  package init(stackBytes: Int? = nil, _ run: @escaping @Sendable () -> Void) throws(Refusal) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    if let stackBytes { pthread_attr_setstacksize(&attributes, stackBytes) }
    let body = Unmanaged.passRetained(Body(run))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, &attributes,
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

  /// Starts a thread that will not be joined.
  package static func detach(stackBytes: Int? = nil, _ run: @escaping @Sendable () -> Void) throws(Refusal) {
    pthread_detach(try SystemThread(stackBytes: stackBytes, run).thread)
  }

  /// Waits until the closure has returned. Call it once.
  package func join() { pthread_join(thread, nil) }
}
