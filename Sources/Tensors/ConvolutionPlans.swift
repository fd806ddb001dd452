#if OneDNN
  import COneDNN
#endif

/// A worker's state between convolutions: oneDNN's plans for each geometry, which take milliseconds to make. Used from that
/// worker's thread only.
public final class ConvolutionPlans {
  /// Implementation of convolutions.
  public enum Backend: Sendable {
    /// oneDNN if it has a fast path, else matrix products.
    case automatic
    /// Matrix products always.
    case reference
  }

  /// Description of this build's library for convolutions: `oneDNN 2.6.3 (AVX2)`.
  public static var library: String {
    #if OneDNN
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
        guard let start = text.baseAddress else { return "oneDNN" }
        cd_describe(start, text.count)
        return "oneDNN \(String(cString: start))"
      }
    #else
      "matrix products (a build without oneDNN)"
    #endif
  }

  let pool: StoragePool
  public let backend: Backend

  /// Buffers, oneDNN's scratchpads among them, come from `pool`.
  public init(pool: StoragePool, backend: Backend = .automatic) {
    self.pool = pool
    self.backend = backend
  }

  #if OneDNN
    private struct Key: Hashable {
      let geometry: ConvolutionGeometry
      let pass: ConvolutionPlan.Pass
      let bias: Bool
      let relu: Bool
    }

    private var context: OneDNNContext?
    // Never iterated, so its order does not matter. Nil: oneDNN has no fast path.
    private var plans: [Key: ConvolutionPlan?] = [:]

    /// The plan for one pass; nil if a matrix product is used.
    func plan(
      for geometry: ConvolutionGeometry, _ pass: ConvolutionPlan.Pass, dtype: DType, bias: Bool = false,
      relu: Bool = false
    ) -> ConvolutionPlan? {
      guard backend == .automatic && dtype == .float32 else { return nil }
      let key = Key(geometry: geometry, pass: pass, bias: bias, relu: relu)
      if let known = plans[key] { return known }
      let context = self.context ?? OneDNNContext()
      self.context = context
      let plan = ConvolutionPlan(geometry, pass, bias: bias, relu: relu, context: context)
      plans[key] = .some(plan)
      return plan
    }
  #endif
}
