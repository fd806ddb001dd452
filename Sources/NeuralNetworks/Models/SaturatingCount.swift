/// Counts of a model that no machine could compute end at the largest integer instead of overflowing: costs are shown for any
/// configuration that can be written.
package func saturatingProduct(_ factors: Int...) -> Int {
  factors.reduce(1) { product, factor in
    let (result, overflow) = product.multipliedReportingOverflow(by: factor)
    return overflow ? .max : result
  }
}

/// The sum of counts that are not negative, at most the largest integer.
package func saturatingSum(_ counts: some Sequence<Int>) -> Int {
  counts.reduce(0) { sum, count in
    let (result, overflow) = sum.addingReportingOverflow(count)
    return overflow ? .max : result
  }
}
