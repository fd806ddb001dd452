import CKernels

extension SumProgram {
  /// Elements that are summed at a time: the blocks of a few slots stay in the first-level cache between additions.
  package static let blockLength = 2048
  /// From so many elements on, results go past the caches. Measured on two ranks whose cores share no cache (Zen 4): a store
  /// must wait for the line that the other rank has read, which takes four times as long as to write past it, and half of
  /// that is left when all have read the sum from memory again. Where cores do share a cache, sums of a few MiB take up to 1.8
  /// times as long as they could.
  private static let streamingLength = 4 << 10

  /// Adds the slots up in place, block by block; the sums are in the slots `roots` afterwards.
  ///
  /// - Parameters:
  ///   - slots: First element of each slot, `slotCount` pointers.
  ///   - count: Elements of a slot.
  public func evaluate(slots: UnsafeMutablePointer<UnsafeMutablePointer<Float>>, count: Int) {
    var start = 0
    while start < count && !additions.isEmpty {
      let length = min(Self.blockLength, count - start)
      for addition in additions {
        addInPlace(slots[addition.target] + start, slots[addition.source] + start, count: length)
      }
      start += length
    }
  }

  /// Adds the slots up and writes the one sum to `result`, which overlaps none of them; the slots' contents are undefined
  /// afterwards. Each slot is read once, the result written once.
  public func evaluate(
    slots: UnsafeMutablePointer<UnsafeMutablePointer<Float>>, count: Int, into result: UnsafeMutablePointer<Float>
  ) {
    precondition(roots.count == 1, "\(roots.count) sums for one result")
    guard let last = additions.last else {
      result.update(from: slots[0], count: count)
      return
    }
    let streaming = count >= Self.streamingLength
    var start = 0
    while start < count {
      let length = min(Self.blockLength, count - start)
      for addition in additions.dropLast() {
        addInPlace(slots[addition.target] + start, slots[addition.source] + start, count: length)
      }
      if streaming {
        ck_add_streaming(length, slots[last.target] + start, slots[last.source] + start, result + start)
      } else {
        ck_add(CK_FLOAT32, length, slots[last.target] + start, slots[last.source] + start, result + start)
      }
      start += length
    }
  }
}

/// target[i] += source[i]
func addInPlace(_ target: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, count: Int) {
  ck_add(CK_FLOAT32, count, target, source, target)
}
