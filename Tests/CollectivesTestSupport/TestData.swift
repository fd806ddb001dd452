/// Numbers that depend on shard, index and round, spread over many powers of two: their sum has other bits in
/// another order, and a contribution that is missing, doubled or misplaced shows.
public enum TestData {
  public static func value(shard: Int, index: Int, round: Int = 0) -> Float {
    let bits = mixed(UInt64(shard) << 40 ^ UInt64(round) << 32 ^ UInt64(index))
    let fraction = Float(bits & 0xff_ffff) / Float(1 << 24) - 0.5
    return fraction * Float(1 << (bits >> 32 & 15))
  }

  public static func values(shard: Int, count: Int, round: Int = 0) -> [Float] {
    (0..<count).map { value(shard: shard, index: $0, round: round) }
  }

  /// 0 ..< limit, the same whenever the arguments are.
  public static func choice(below limit: Int, _ first: Int, _ second: Int) -> Int {
    Int(mixed(UInt64(first) << 32 ^ UInt64(second)) % UInt64(limit))
  }

  /// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
  private static func mixed(_ seed: UInt64) -> UInt64 {
    var z = seed &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
