import TestSupport
import Testing

@testable import Tensors

@Suite struct StoragePoolTests {
  @Test func freedBuffersComeBack() {
    let pool = StoragePool()
    for _ in 0..<5 {
      let (a, b) = (Tensor(zeros: [3, 5], pool: pool), Tensor(uninitialized: [100_003], pool: pool))
      #expect(a.values.allSatisfy { $0 == 0 } && b.count == 100_003)
      // Leaves something for the next round to find.
      a[0] = 7
    }
    #expect(pool.statistics.misses == 2 && pool.statistics.hits == 8)
  }

  /// Each writes what another wrote before: ThreadSanitizer knows of their order from the pool.
  @Test func memoryGoesFromThreadToThread() throws {
    let pool = StoragePool()
    let threads = try (0..<4).map { number in
      try SystemThread {
        for _ in 0..<5_000 {
          let storage = pool.allocate(byteCount: 64)
          withExtendedLifetime(storage) {
            storage.pointer.bindMemory(to: Int.self, capacity: 1).pointee = number
          }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(pool.statistics.hits + pool.statistics.misses == 20_000)
    #expect(pool.statistics.misses <= 4)
  }

  @Test func aViewKeepsItsMemory() {
    let pool = StoragePool()
    func make() -> Tensor { Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2], pool: pool).rows(1..<3) }
    let view = make()
    _ = Tensor(zeros: [3, 2], pool: pool)
    #expect(view.values == [3, 4, 5, 6] && pool.statistics.misses == 2)
  }

  @Test func buffersAreAligned() {
    let pool = StoragePool()
    for count in [0, 1, 17, 1 << 20] {
      let tensor = Tensor(uninitialized: [count], pool: pool)
      #expect(UInt(bitPattern: tensor.pointer) % 64 == 0)
    }
  }

  /// Classes grow, hold what was asked for, and add at most an eighth (or what fills a cache line).
  @Test func sizeClasses() {
    let sizes = Array(0...5000) + (12..<40).flatMap { power in [-1, 0, 1].map { (1 << power) + $0 } }
    for size in sizes {
      let found = SizeClass(for: size)
      #expect(found.capacity >= size && found.capacity <= max(size + size / 8, (size + 63) / 64 * 64, 64))
      #expect(SizeClass(for: found.capacity).number == found.number)
      #expect(SizeClass(for: found.capacity + 1).number == found.number + 1)
    }
    #expect(SizeClass(for: Int.max / 4).number < SizeClass.count)
  }

  /// However many sizes are asked for, memory is bounded.
  @Test func sizesWithoutEndTakeNoMemoryWithoutEnd() {
    let pool = StoragePool()
    var random = TestRandom(seed: 8)
    for _ in 0..<3000 {
      let held = (0..<3).map { _ in pool.allocate(byteCount: Int.random(in: 500_000...1_000_000, using: &random)) }
      #expect(Set(held.map(\.pointer)).count == 3)
    }
    #expect(pool.statistics.misses <= 3 * 9, "\(pool.statistics)")
  }
}
