import Foundation
import Tensors

/// Makes elements for the numbers of a range on its own thread, a few ahead of the consumer. Once it is `depth` ahead, it rests
/// until half of them are taken, so that the threads do not alternate for each element.
///
/// The thread is bound to the cores of the thread that creates the prefetcher. It ends after the range's last number, when making
/// an element fails, or when the prefetcher is released; `deinit` waits for it.
final class Prefetcher<Element: Sendable>: Sendable {
  typealias Producer = (Int) throws(DataError) -> Element

  private let queue: Queue

  /// - Parameters:
  ///   - stackBytes: Size of the thread's stack; decoders require much less than 1 MiB.
  ///   - makeProducer: Called once, on the thread; the function that it returns may keep state between elements.
  init(_ numbers: Range<Int>, depth: Int, stackBytes: Int = 1 << 20, makeProducer: @escaping @Sendable () -> Producer) {
    precondition(depth > 0, "a prefetcher that is \(depth) elements ahead")
    let queue = Queue(numbers: numbers, depth: depth)
    self.queue = queue
    guard !numbers.isEmpty else {
      queue.finish()
      return
    }
    do throws(SystemThread.Refusal) {
      try SystemThread.detach(stackBytes: stackBytes) { Self.run(queue, makeProducer()) }
    } catch {
      queue.put(.failure(DataError("reading the data ahead", error.problem, advice: error.advice)))
      queue.finish()
    }
  }

  deinit { queue.stop() }

  /// Waits for the next number's element. If the thread failed, every call throws its error.
  ///
  /// - Parameter isAbandoned: Called during the wait; if it returns true, `DataError.stopped` is thrown.
  func next(unless isAbandoned: (() -> Bool)? = nil) throws(DataError) -> Element {
    try queue.take(unless: isAbandoned)
  }

  /// Ends the thread, without waiting for the element that is being made.
  func abandon() { queue.abandon() }

  private static func run(_ queue: Queue, _ produce: Producer) {
    defer { queue.finish() }
    for number in queue.numbers {
      guard queue.waitForRoom() else { return }
      do throws(DataError) {
        queue.put(.success(try produce(number)))
      } catch {
        queue.put(.failure(error))
        return
      }
    }
  }

  /// State shared by the two threads; everything mutable is read and written under `condition`.
  private final class Queue: @unchecked Sendable {
    let numbers: Range<Int>
    private let depth: Int
    private let condition = NSCondition()
    private var ready: [Result<Element, DataError>] = []
    private var taken = 0
    private var isResting = false
    private var isStopped = false
    private var isFinished = false
    private var isAbandoned = false

    init(numbers: Range<Int>, depth: Int) {
      (self.numbers, self.depth) = (numbers, depth)
    }

    func take(unless isAbandoned: (() -> Bool)?) throws(DataError) -> Element {
      condition.lock()
      defer { condition.unlock() }
      precondition(taken < numbers.count, "an element was asked for after the last one, \(numbers.upperBound - 1)")
      while ready.isEmpty {
        guard let isAbandoned else {
          condition.wait()
          continue
        }
        if isAbandoned() { throw .stopped }
        _ = condition.wait(until: Date(timeIntervalSinceNow: 0.05))
      }
      // A failure stays in place.
      let element = try ready[0].get()
      ready.removeFirst()
      taken += 1
      if isResting && ready.count <= depth / 2 {
        isResting = false
        condition.broadcast()
      }
      return element
    }

    /// Waits until there is room for an element; false after `abandon`.
    func waitForRoom() -> Bool {
      condition.lock()
      defer { condition.unlock() }
      isResting = ready.count >= depth
      while !isStopped, isResting { condition.wait() }
      return !isStopped
    }

    func put(_ result: Result<Element, DataError>) {
      condition.lock()
      defer { condition.unlock() }
      ready.append(result)
      condition.broadcast()
    }

    func finish() {
      condition.lock()
      defer { condition.unlock() }
      isFinished = true
      condition.broadcast()
    }

    func stop() {
      condition.lock()
      defer { condition.unlock() }
      isStopped = true
      condition.broadcast()
      while !isFinished && !isAbandoned { condition.wait() }
    }

    func abandon() {
      condition.lock()
      defer { condition.unlock() }
      (isStopped, isAbandoned) = (true, true)
      condition.broadcast()
    }
  }
}
