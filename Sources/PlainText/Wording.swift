import Foundation

/// Numbers in messages.
extension Int {
  /// `1 shard`, `2 shards`.
  package func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}

extension Double {
  /// Up to six significant digits, in scientific form if that is shorter: `0.05`, `1e+10`; `nan` without a sign.
  package var readable: String { isNaN ? "nan" : String(format: "%g", self) }
}
