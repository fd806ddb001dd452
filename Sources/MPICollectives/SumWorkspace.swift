import Collectives

/// The memory of a sum over ranks: room for what other ranks send, and the list of slots. Grows to the longest
/// sum seen and stays.
final class SumWorkspace {
  let program: SumProgram
  /// First element of each slot of the program, for the sum under way.
  let slots: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private var received = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)

  init(program: SumProgram) {
    self.program = program
    slots = .allocate(capacity: program.slotCount)
  }

  deinit {
    slots.deallocate()
    received.deallocate()
  }

  /// Room for `length` elements; what it held is lost.
  func receiveBuffer(length: Int) -> UnsafeMutablePointer<Float> {
    if let start = received.baseAddress, received.count >= length { return start }
    received.deallocate()
    let start = UnsafeMutablePointer<Float>.allocate(capacity: max(1, length))
    received = UnsafeMutableBufferPointer(start: start, count: max(1, length))
    return start
  }

  /// Adds the slots up in the order of the tree into `result`.
  func evaluate(count: Int, into result: UnsafeMutablePointer<Float>) {
    var result = result
    withUnsafeMutablePointer(to: &result) {
      program.evaluate(slots: slots, count: count, results: UnsafeMutableBufferPointer(start: $0, count: 1))
    }
  }
}
