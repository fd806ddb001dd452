import CKernels

extension SumProgram {
  /// Elements that are summed at a time: the blocks of a few slots stay in the first-level cache between additions.
  package static let blockLength = 2048

  /// Adds the slots up and writes the root's sum into every result, block by block.
  ///
  /// Each slot is read once, each result written once. Slots are overwritten; a result may be one of the slots.
  ///
  /// - Parameters:
  ///   - slots: First element of each slot, `slotCount` pointers.
  ///   - count: Elements of a slot.
  ///   - results: Where the sum goes; at least one.
  public func evaluate(
    slots: UnsafeMutablePointer<UnsafeMutablePointer<Float>>, count: Int,
    results: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>
  ) {
    var start = 0
    while start < count {
      let length = min(Self.blockLength, count - start)
      let sum = results[0] + start
      for addition in additions.dropLast() {
        addInPlace(slots[addition.target] + start, slots[addition.source] + start, count: length)
      }
      // By now every other slot has been used up, so a result may lie in any of them.
      if let root = additions.last {
        ck_add(CK_FLOAT32, length, slots[root.target] + start, slots[root.source] + start, sum)
      } else if slots[0] != results[0] {
        sum.update(from: slots[0] + start, count: length)
      }
      for result in results.dropFirst() { (result + start).update(from: sum, count: length) }
      start += length
    }
  }
}

/// target[i] += source[i]
func addInPlace(_ target: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, count: Int) {
  ck_add(CK_FLOAT32, count, target, source, target)
}
