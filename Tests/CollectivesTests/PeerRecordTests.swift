import Testing

@testable import MPICollectives

/// Conclusions of a rank from closed links and from silence.
@Suite struct PeerRecordTests {
  private func record(rank: Int, of size: Int = 4, timeout: Double = 6) -> PeerRecord {
    PeerRecord(rank: rank, linked: (0..<size).map { $0 != rank }, timeout: timeout, now: 0)
  }

  private func heartbeats(_ record: inout PeerRecord, from peers: [Int], at now: Double) {
    for peer in peers { record.heard([.heartbeat], from: peer, at: now) }
  }

  @Test func aClosedLinkIsADeathAndTheLowestRankLeftSaysIt() {
    for (dead, speaker) in [([2], 0), ([0], 1), ([0, 1], 2)] {
      for rank in 0..<4 where !dead.contains(rank) {
        var record = record(rank: rank)
        #expect(record.finding(at: 1) == nil)
        for peer in dead { record.closed(peer) }
        let finding = record.finding(at: 1)
        #expect(finding == .dead(dead))
        #expect(finding.map(record.speaker) == speaker)
      }
    }
  }

  @Test func aRankThatSaidGoodbyeMayCloseAndBeSilent() {
    var record = record(rank: 1)
    record.heard([.heartbeat, .goodbye], from: 3, at: 1)
    record.closed(3)
    heartbeats(&record, from: [0, 2], at: 20)
    #expect(record.finding(at: 20) == nil)
  }

  @Test func silenceCountsFromTheTimeoutOn() {
    var record = record(rank: 0)
    heartbeats(&record, from: [1, 2, 3], at: 4)
    heartbeats(&record, from: [1, 3], at: 9)
    #expect(record.finding(at: 9.9) == nil)
    #expect(record.finding(at: 10) == .silent([2], seconds: 6))
  }

  /// Ranks behind one cut link were last heard a heartbeat apart; a rank that still sends heartbeats is not among them.
  @Test func ranksLostTogetherAreNamedTogether() {
    var record = record(rank: 0)
    heartbeats(&record, from: [2], at: 4)
    heartbeats(&record, from: [3], at: 4.9)
    heartbeats(&record, from: [1], at: 9.5)
    #expect(record.finding(at: 10) == .silent([2, 3], seconds: 6))
  }

  @Test func timeInWhichThisRankItselfDidNotRunIsNoSilence() {
    var record = record(rank: 0)
    record.pardon(100)
    #expect(record.finding(at: 105) == nil)
    #expect(record.finding(at: 106) == .silent([1, 2, 3], seconds: 6))
  }

  @Test func aRankWithoutALinkIsNeverLost() {
    var record = PeerRecord(rank: 0, linked: [false, true, false], timeout: 6, now: 0)
    heartbeats(&record, from: [1], at: 50)
    #expect(record.finding(at: 50) == nil)
  }

  @Test func whoeverHasSaidWhyIsBelieved() {
    var record = record(rank: 3)
    record.heard([.failureIsSaid], from: 0, at: 1)
    #expect(record.failureIsSaid)
  }
}

@Suite struct InterfaceAddressTests {
  private func address(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, bits: UInt32 = 24) -> InterfaceAddress {
    InterfaceAddress(address: a << 24 | b << 16 | c << 8 | d, mask: ~0 << (32 - bits))
  }

  @Test func theSameSubnetIsTriedFirstAndAnAddressOfOnesOwnNever() {
    let bridge = address(172, 17, 0, 1, bits: 16)
    let (far, near) = (address(192, 168, 7, 2), address(10, 1, 2, 3))
    let own = [bridge, address(10, 1, 2, 9)]
    #expect(
      InterfaceAddress.candidates(for: [bridge, far, near], own: own, onSameNode: false) == [near, far])
    #expect(InterfaceAddress.candidates(for: [bridge, near], own: own, onSameNode: true) == [.loopback])
  }

  @Test func addressesSurviveTheirText() {
    let some = address(10, 1, 2, 3, bits: 20)
    #expect(InterfaceAddress(text: some.text) == some)
    #expect(InterfaceAddress(text: "10.1.2") == nil)
    #expect(InterfaceAddress.forMessages(included: nil).allSatisfy { !$0.isLoopback })
  }
}
