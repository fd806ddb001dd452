import Collectives
import Tensors
import Testing

/// When a sum lets messages move on by themselves: one worker of two, each alone, with messages that arrive when told.
@Suite struct AsynchronousProgressTests {
  private struct LinkIsCut: Error {}

  private final class Link: InterGroupTransport {
    final class Messages: Transfers {
      unowned let link: Link
      init(_ link: Link) { self.link = link }
      func send(_ elements: UnsafePointer<Float>, count: Int, to worker: Int, tag: Int) {}
      func receive(_ elements: UnsafeMutablePointer<Float>, count: Int, from worker: Int, tag: Int) {
        elements.update(repeating: 1, count: count)
      }
      func areComplete() throws -> Bool {
        if link.isCut { throw LinkIsCut() }
        return link.delivers
      }
    }

    var asynchronousProgress = false
    var delivers = false
    var isCut = false
    func makeTransfers() -> any Transfers { Messages(self) }
  }

  private static let page = Slices.pageLength
  /// Three, finished from the end.
  private static let buckets = Buckets(count: 3 * page, cuts: [page, 2 * page], minimum: 1)

  private func makeSum(_ link: Link) -> AllReduce {
    let layout = ShardLayout(shards: 2, workers: 2)
    let nodeGroups = NodeGroups(sizes: [1, 1])
    let shape = AllReduceMemory.Shape(
      layout: layout, nodeGroups: nodeGroups, worker: 0, buckets: Self.buckets, isShared: false)
    return AllReduce(
      layout: layout, worker: 0, nodeGroups: nodeGroups, buckets: Self.buckets,
      memory: AllReduceMemory(inProcess: shape),
      transport: link, checkFailure: {})
  }

  /// Of which one bucket waits for messages.
  private func sumOnItsWay(_ link: Link) throws -> AllReduce {
    let sum = makeSum(link)
    try sum.begin()
    sum.ready(from: 2 * Self.page)
    try sum.poll()
    #expect(link.asynchronousProgress)
    return sum
  }

  @Test func itIsOnWhileMessagesAreUnderWayAndMoreIsToBeComputed() throws {
    let link = Link()
    let sum = makeSum(link)
    #expect(Self.buckets.ranges.count == 3)
    for _ in 0..<2 {
      link.delivers = false
      try sum.begin()
      try sum.poll()
      #expect(!link.asynchronousProgress, "nothing is ready")
      sum.ready(from: 2 * Self.page)
      try sum.poll()
      #expect(link.asynchronousProgress)
      link.delivers = true
      try sum.poll()
      #expect(!link.asynchronousProgress, "all that was ready has arrived")
      link.delivers = false
      sum.ready(from: Self.page)
      try sum.poll()
      #expect(link.asynchronousProgress)
      sum.ready(from: 0)
      try sum.poll()
      #expect(!link.asynchronousProgress, "nothing is left to compute")
      link.delivers = true
      try sum.finish()
      #expect(!link.asynchronousProgress)
      sum.release()
    }
  }

  @Test func finishingEndsIt() throws {
    let link = Link()
    let sum = try sumOnItsWay(link)
    link.isCut = true
    #expect(throws: LinkIsCut.self) { try sum.finish() }
    #expect(!link.asynchronousProgress)
  }

  @Test func anErrorEndsIt() throws {
    let link = Link()
    let sum = try sumOnItsWay(link)
    link.isCut = true
    #expect(throws: LinkIsCut.self) { try sum.poll() }
    #expect(!link.asynchronousProgress)
  }

  @Test func itEndsWithTheSum() throws {
    let link = Link()
    var sum: AllReduce? = try sumOnItsWay(link)
    #expect(sum != nil)
    sum = nil
    #expect(!link.asynchronousProgress)
  }
}
