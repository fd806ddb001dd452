/// A product of counts that ends at the largest integer instead of overflowing: costs are shown for any configuration, even
/// of models that no machine could compute.
package func saturatingProduct(_ factors: Int...) -> Int {
  factors.reduce(1) { product, factor in
    let (result, overflow) = product.multipliedReportingOverflow(by: factor)
    return overflow ? .max : result
  }
}

/// Sum of non-negative counts that ends at the largest integer.
package func saturatingSum(_ counts: some Sequence<Int>) -> Int {
  counts.reduce(0) { sum, count in
    let (result, overflow) = sum.addingReportingOverflow(count)
    return overflow ? .max : result
  }
}
