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
      for addition in additions {
        addInPlace(slots[addition.target] + start, slots[addition.source] + start, count: length)
      }
      let sum = slots[0] + start
      for result in results where result + start != sum {
        (result + start).update(from: sum, count: length)
      }
      start += length
    }
  }
}

/// target[i] += source[i]
func addInPlace(_ target: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, count: Int) {
  ck_add(CK_FLOAT32, count, target, source, target)
}
