import Foundation
import Testing

@testable import Charts

/// Ranges and marks of axes.
@Suite struct AxisScaleTests {
  @Test(
    "linear axes have round marks around the values",
    arguments: [
      (0.0...7.0, [0.0, 2, 4, 6, 8]), (0.13...2.31, [0, 0.5, 1, 1.5, 2, 2.5]),
      (91.2...98.7, [90, 92, 94, 96, 98, 100]),
      (-3.0...11.0, [-5, 0, 5, 10, 15]), (1200...61_000, [0, 20_000, 40_000, 60_000, 80_000]),
    ])
  func linear(values: ClosedRange<Double>, marks: [Double]) {
    let scale = AxisScale(values, marks: 5)
    #expect(scale.marks.count == marks.count)
    for (found, expected) in zip(scale.marks, marks) { #expect(abs(found - expected) < 1e-9, "\(scale.marks)") }
    #expect(scale.range.contains(values.lowerBound) && scale.range.contains(values.upperBound))
  }

  @Test(
    "equal, tiny and huge values have an axis too",
    arguments: [
      0.0...0, 2.5...2.5, 1e-300...1e-300, 1e-12...3e-12, 1e-307...1e-307, 0...1e100, -1e100...1e100, 1e9...1e9,
    ])
  func extremes(values: ClosedRange<Double>) {
    let scale = AxisScale(values, marks: 5)
    #expect(scale.marks.count >= 2 && scale.marks.count <= 20, "\(scale.marks)")
    #expect(scale.range.lowerBound < scale.range.upperBound)
    for value in [values.lowerBound, values.upperBound] {
      #expect((0...1).contains(scale.location(of: value)))
    }
  }

  @Test("values over several powers of ten have a logarithmic axis")
  func logarithmic() {
    let scale = AxisScale.fitting(0.013...8.2, marks: 6)
    #expect(scale.isLogarithmic && scale.range.contains(0.013) && scale.range.contains(8.2))
    #expect(scale.marks.map { scale.text($0) } == ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10"])
    #expect(abs(scale.location(of: scale.range.lowerBound)) < 1e-12 && scale.location(of: 1e9) == 1)
    #expect(!AxisScale.fitting(0...8, marks: 6).isLogarithmic && !AxisScale.fitting(1...8, marks: 6).isLogarithmic)
    let wide = AxisScale.fitting(1e-300...1e100, marks: 6)
    #expect((0.1...0.9).contains(wide.location(of: 1e-100)))
    #expect(wide.isLogarithmic && wide.marks.count > 1 && wide.marks.count <= 8, "\(wide.marks)")
  }

  @Test("a tight axis ends where the values end")
  func tight() {
    let linear = AxisScale(tight: 1...3, marks: 5)
    #expect(linear.marks == [1, 1.5, 2, 2.5, 3] && !linear.isLogarithmic)
    let logarithmic = AxisScale(tight: 0.01...100, marks: 5)
    #expect(logarithmic.isLogarithmic)
    for (found, expected) in zip(logarithmic.marks, [0.01, 0.1, 1, 10, 100]) {
      #expect(abs(found / expected - 1) < 1e-12)
      #expect(abs(logarithmic.location(of: found) - (log10(expected) + 2) / 4) < 1e-12)
    }
    #expect(AxisScale(tight: 2...2, marks: 2).marks == [1.9, 2.1])
  }

  @Test("numbers of marks are short")
  func texts() {
    #expect(AxisScale(0...0.3, marks: 5).marks.map(AxisScale(0...0.3, marks: 5).text) == ["0", "0.1", "0.2", "0.3"])
    let steps = AxisScale(0...25_000, marks: 5)
    #expect(steps.marks.map(steps.text) == ["0", "5000", "10k", "15k", "20k", "25k"])
    let many = AxisScale(0...3_000_000, marks: 3)
    #expect(many.marks.map(many.text) == ["0", "1M", "2M", "3M"])
  }
}
