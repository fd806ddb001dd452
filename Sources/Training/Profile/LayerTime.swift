/// Seconds of a layer, without those of nested layers.
public struct LayerTime: Sendable, Equatable {
  public var forward = 0.0
  public var backward = 0.0

  public var total: Double { forward + backward }
}

extension LayerTime {
  init(nanoseconds: (forward: UInt64, backward: UInt64)) {
    self.init(forward: Double(nanoseconds.forward) / 1e9, backward: Double(nanoseconds.backward) / 1e9)
  }
}

extension RunProfile {
  /// A layer with its milliseconds per step, the mean over the workers.
  public struct Layer: Sendable, Equatable {
    /// Empty for the loss.
    public let path: String
    public let kind: String
    public let milliseconds: LayerTime
  }

  static func layers(_ names: [(path: String, kind: String)], of workers: [WorkerProfile]) -> [Layer] {
    let steps = Double(max(1, workers[0].steps)) * Double(workers.count) / 1e3
    return names.enumerated().map { index, name in
      let times = workers.compactMap { index < $0.layers.count ? $0.layers[index] : nil }
      let mean = LayerTime(
        forward: times.reduce(0) { $0 + $1.forward } / steps, backward: times.reduce(0) { $0 + $1.backward } / steps)
      return Layer(path: name.path, kind: name.kind, milliseconds: mean)
    }
  }
}
