import CKernels
import Tensors

/// Number of rows, and for each channel the mean and the sum of squared deviations, in double precision.
struct ChannelMoments {
  /// `[count | mean of each channel | Σ (x − mean)² of each channel]`
  private(set) var values: [Double]

  /// Moments of `x` `[…, channels]`.
  init(of x: Tensor, pool: StoragePool) {
    let channels = x.size(-1)
    let rows = x.count / channels
    let mean = Tensor(uninitialized: [channels], dtype: x.dtype, pool: pool)
    let variance = Tensor(uninitialized: [channels], dtype: x.dtype, pool: pool)
    ck_batch_norm_statistics(x.dtype.kernelType, rows, channels, x.pointer, mean.pointer, variance.pointer)
    values = [Double(rows)] + mean.values + variance.values.map { $0 * Double(rows) }
  }

  init(values: [Double]) { self.values = values }

  private var channels: Int { (values.count - 1) / 2 }
  var count: Double { values[0] }
  var mean: [Double] { Array(values[1..<1 + channels]) }
  /// Biased: divided by the number of rows.
  var variance: [Double] { values[(1 + channels)...].map { $0 / count } }

  /// Moments of the union of two sets of rows, from the difference of their means, so that no large numbers cancel (Chan,
  /// Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979).
  static func combine(_ a: [Double], _ b: [Double]) -> [Double] {
    let channels = (a.count - 1) / 2
    let count = a[0] + b[0]
    let (share, weight) = (b[0] / count, a[0] * b[0] / count)
    var result = a
    result[0] = count
    for mean in 1..<(1 + channels) {
      let difference = b[mean] - a[mean]
      let square = mean + channels
      result[mean] = a[mean] + difference * share
      result[square] = a[square] + b[square] + difference * difference * weight
    }
    return result
  }
}
