/// Numbers the different words of a text in the order in which they first occur. A hash table with open addressing whose
/// keys stay in the text: no string is made for each of millions of words.
struct WordTable {
  private let bytes: UnsafeRawBufferPointer
  private var slots: [Int32]
  private var hashes: [UInt64] = []
  /// Where each word first occurs.
  private(set) var ranges: [Range<Int>] = []

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    slots = [Int32](repeating: -1, count: 1 << 12)
  }

  var count: Int { ranges.count }

  /// The number of the word at `range`, and whether it is new.
  mutating func number(ofWordAt range: Range<Int>) -> (number: Int, isNew: Bool) {
    if ranges.count * 2 >= slots.count { grow() }
    let word = UnsafeRawBufferPointer(rebasing: bytes[range])
    let hash = Self.hash(word)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let number = Int(slots[slot])
      if hashes[number] == hash, isEqual(ranges[number], word) { return (number, false) }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = Int32(ranges.count)
    ranges.append(range)
    hashes.append(hash)
    return (ranges.count - 1, true)
  }

  private func isEqual(_ range: Range<Int>, _ word: UnsafeRawBufferPointer) -> Bool {
    guard range.count == word.count else { return false }
    return UnsafeRawBufferPointer(rebasing: bytes[range]).elementsEqual(word)
  }

  /// FNV-1a, its high bits mixed into those that choose the slot.
  private static func hash(_ word: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in word { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash ^ (hash >> 32)
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: 2 * slots.count)
    for (number, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(number)
    }
  }
}
