import CKernels

extension SumProgram {
  /// Elements that are summed at a time: the blocks of a few slots stay in the first-level cache between additions.
  package static let blockLength = 2048
  /// From so many elements on, results that have memory of their own go past the caches: a store must wait for the line
  /// that another worker has read, which takes up to four times as long as to write past it.
  private static let streamingLength = 4 << 10

  /// Elements of the scratch memory that `evaluate(slots:count:into:scratch:)` wants.
  public var scratchLength: Int { Self.blockLength * ((additions.map(\.block).max() ?? 0) + 1) }

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

  /// Adds the slots up and writes the one sum to `result`, which is one of the slots or overlaps none; the other slots stay
  /// as they are. Each slot is read once, the result written once.
  ///
  /// - Parameter scratch: Room for `scratchLength` elements.
  public func evaluate(
    slots: UnsafeMutablePointer<UnsafeMutablePointer<Float>>, count: Int, into result: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    precondition(roots.count == 1, "\(roots.count) sums for one result")
    guard let last = additions.last else {
      if result != slots[0] { result.update(from: slots[0], count: count) }
      return
    }
    let streams = count >= Self.streamingLength && !(0..<slotCount).contains { slots[$0] == result }
    var start = 0
    func operand(_ slot: Int, isSum: Bool, _ block: Int) -> UnsafeMutablePointer<Float> {
      isSum ? scratch + block * Self.blockLength : slots[slot] + start
    }
    while start < count {
      let length = min(Self.blockLength, count - start)
      for addition in additions.dropLast() {
        ck_add(
          CK_FLOAT32, length, operand(addition.target, isSum: addition.leftIsSum, addition.block),
          operand(addition.source, isSum: addition.rightIsSum, addition.block + 1),
          scratch + addition.block * Self.blockLength)
      }
      let left = operand(last.target, isSum: last.leftIsSum, 0)
      let right = operand(last.source, isSum: last.rightIsSum, 1)
      if streams {
        ck_add_streaming(length, left, right, result + start)
      } else {
        ck_add(CK_FLOAT32, length, left, right, result + start)
      }
      start += length
    }
  }
}

/// target[i] += source[i]
func addInPlace(_ target: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, count: Int) {
  ck_add(CK_FLOAT32, count, target, source, target)
}
