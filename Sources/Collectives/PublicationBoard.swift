/// Where the workers of a `ThreadGroup` show each other what they bring to an operation.
///
/// A worker writes its own entries before a barrier and reads the others' after it; a second barrier comes before
/// anyone writes again. Those barriers are what makes the class safe to share.
final class PublicationBoard: @unchecked Sendable {
  /// The operation each worker is in.
  let operations: UnsafeMutableBufferPointer<CollectiveOperation>
  /// The memory of a sum that is being made.
  var memory: SharedMemory?
  var arena: SumArena?
  /// The source of a broadcast.
  var source = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Contribution of each worker to a gathering.
  let messages: UnsafeMutableBufferPointer<[UInt8]>

  init(workers: Int) {
    operations = .allocate(capacity: workers)
    operations.initialize(repeating: .barrier)
    messages = .allocate(capacity: workers)
    messages.initialize(repeating: [])
  }

  deinit {
    messages.deinitialize()
    messages.deallocate()
    operations.deallocate()
  }
}
