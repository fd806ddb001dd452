import Foundation
import Tensors

/// One case computed by an independent implementation (`Tests/peers/make_operation_goldens.py`).
public struct Golden: Decodable, Sendable {
  public struct Values: Decodable, Sendable {
    public let shape: [Int]
    public let values: [Double]
  }

  public let integers: [String: Int]
  public let numbers: [String: Double]
  public let tensors: [String: Values]

  public static func load(_ url: URL) throws -> [String: Golden] {
    try JSONDecoder().decode([String: Golden].self, from: Data(contentsOf: url))
  }

  public func tensor(_ name: String, dtype: DType = .float64, pool: StoragePool) throws -> Tensor {
    guard let found = tensors[name] else { throw GoldenError(description: "no tensor \(name) in the golden") }
    return Tensor(found.values, shape: found.shape, dtype: dtype, pool: pool)
  }

  public func integer(_ name: String) throws -> Int {
    guard let found = integers[name] else { throw GoldenError(description: "no integer \(name) in the golden") }
    return found
  }

  public func number(_ name: String) throws -> Double {
    guard let found = numbers[name] else { throw GoldenError(description: "no number \(name) in the golden") }
    return found
  }
}

public struct GoldenError: Error, CustomStringConvertible {
  public let description: String

  public init(description: String) { self.description = description }
}

/// The largest difference of two tensors, relative to the largest expected magnitude; infinite where shapes differ.
public func relativeDifference(_ actual: Tensor, _ expected: Tensor) -> Double {
  guard actual.shape == expected.shape else { return .infinity }
  let scale = expected.values.reduce(1e-30) { max($0, abs($1)) }
  return zip(actual.values, expected.values).reduce(0) { largest, pair in
    let difference = abs(pair.0 - pair.1) / scale
    return difference <= largest ? largest : difference
  }
}
