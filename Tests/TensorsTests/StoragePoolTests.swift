import Tensors
import Testing

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
}
