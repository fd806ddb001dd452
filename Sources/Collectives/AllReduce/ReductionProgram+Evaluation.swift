import CKernels

extension ReductionProgram {
  /// Number of elements that are added at a time: a few blocks fit into the first-level cache.
  package static let blockLength = 2048

  /// Number of elements of scratch memory that `evaluate` requires.
  public var scratchLength: Int { Self.blockLength * ((additions.map(\.block).max() ?? 0) + 1) }

  /// Adds the slots and writes each root's sum to its result. Results overlap neither each other nor slots, except that with one
  /// root the result may be one of the slots. Other slots are not changed. Each slot is read once, each result written once.
  ///
  /// - Parameters:
  ///   - slots: First element of each slot, `slotCount` pointers.
  ///   - count: Elements of a slot.
  ///   - results: First element of each root's result, `rootCount` pointers.
  ///   - scratch: Memory for `scratchLength` elements.
  public func evaluate(
    slots: UnsafeMutablePointer<UnsafeMutablePointer<Float>>, count: Int,
    into results: UnsafeMutablePointer<UnsafeMutablePointer<Float>>, scratch: UnsafeMutablePointer<Float>
  ) {
    // A single addition has no intermediate sums, so it needs no blocks.
    let step = additions.count == 1 ? max(1, count) : Self.blockLength
    for start in stride(from: 0, to: count, by: step) {
      let length = min(step, count - start)
      func address(of operand: Operand) -> UnsafeMutablePointer<Float> {
        switch operand {
        case .slot(let slot): slots[slot] + start
        case .block(let block): scratch + block * Self.blockLength
        }
      }
      for addition in additions {
        let sum = addition.root.map { results[$0] + start } ?? address(of: .block(addition.block))
        ck_add(CK_FLOAT32, length, address(of: addition.left), address(of: addition.right), sum)
      }
    }
    for (root, slot) in givenRoots.enumerated() {
      if let slot, results[root] != slots[slot] { results[root].update(from: slots[slot], count: count) }
    }
  }
}

/// target[i] += source[i]
func addInPlace(_ target: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, count: Int) {
  ck_add(CK_FLOAT32, count, target, source, target)
}
