/// Memory through which the workers of a `ThreadGroup` exchange their contributions to an operation.
///
/// A worker writes its own entries before a barrier and reads the others' after it; a second barrier comes before anyone
/// writes again. These barriers make the class safe to share.
final class PublicationBoard: @unchecked Sendable {
  /// The operation that each worker has called.
  let operations: UnsafeMutableBufferPointer<CollectiveOperation>
  /// Memory of an all-reduce that is being made.
  var sharedMemory: SharedMemory?
  var allReduceMemory: AllReduceMemory?
  /// The source of a broadcast.
  var source = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Contribution of each worker to an all-gather.
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
