/// Where the workers of a `ThreadGroup` show each other what they bring to an operation.
///
/// A worker writes its own entries before a barrier and reads the others' after it; a second barrier comes before
/// anyone writes again. Those barriers are what makes the class safe to share.
final class PublicationBoard: @unchecked Sendable {
  /// The operation each worker is in.
  let operations: UnsafeMutableBufferPointer<CollectiveOperation>
  /// Partial sums, by slot of the sum program.
  let slots: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>
  /// Where each worker wants the sum.
  let results: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>
  /// The source of a broadcast.
  var source = UnsafeRawBufferPointer(start: nil, count: 0)
  /// What each worker gives to a gathering.
  let messages: UnsafeMutableBufferPointer<[UInt8]>

  init(workers: Int, slots slotCount: Int) {
    operations = .allocate(capacity: workers)
    operations.initialize(repeating: .barrier)
    slots = .allocate(capacity: slotCount)
    results = .allocate(capacity: workers)
    messages = .allocate(capacity: workers)
    messages.initialize(repeating: [])
  }

  deinit {
    messages.deinitialize()
    messages.deallocate()
    results.deallocate()
    slots.deallocate()
    operations.deallocate()
  }
}
