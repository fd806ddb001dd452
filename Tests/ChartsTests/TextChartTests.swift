import JSON
import Testing

@testable import Charts

/// Charts and sparklines of characters.
@Suite struct TextChartTests {
  @Test(
    "a sparkline goes from the lowest to the highest value",
    arguments: [
      ([0.0, 1, 2, 3, 4, 5, 6, 7], 8, "▁▂▃▄▅▆▇█"), ([7, 0], 16, "█▁"), ([1, 1, 1], 8, "▅▅▅"), ([1, 10, 100], 8, "▁▅█"),
      ([0, 0, 7, 7], 2, "▁█"), ([], 8, ""), ([1, 2], 0, ""), ([1, .infinity], 8, ""),
    ])
  func sparkline(values: [Double], width: Int, text: String) {
    #expect(Sparkline.text(values, width: width) == text)
  }

  private var curves: RunCurves {
    var curves = RunCurves()
    for step in 1...40 {
      curves.add(["step": .integer(step), "split": "train", "loss": .number(2 - Double(step) / 25)])
      if step.isMultiple(of: 10) {
        curves.add(["step": .integer(step), "split": "validation", "loss": .number(2 - Double(step) / 30)])
      }
    }
    return curves
  }

  @Test("a chart has twelve lines, as wide as they may be")
  func chart() throws {
    let text = try #require(curves.textChart(marks: .ascii)?.text(width: 60))
    #expect(
      text == """
              loss (logarithmic):  . training   o validation
         1.96 | ... ..
              |       . ... o...
         1.32 |                  ... ... o
              |                           ... ..      o
        0.885 |                                 . ...
              |                                       ....         o
        0.595 |                                            ...
              |                                                ..
          0.4 |                                                  . .
              +-----------------------------------------------------
               0           10           20           30           40
        """, "\n\(text)")
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 12 && lines.allSatisfy { $0.count <= 60 && $0.last != " " })
    let blocks = try #require(curves.textChart(marks: .blocks)?.text(width: 200))
    #expect(blocks.contains("●") && blocks.split(separator: "\n").allSatisfy { $0.count <= 92 })
  }

  @Test("nothing is drawn for one point, or in a narrow terminal")
  func tooSmall() {
    var one = RunCurves()
    one.add(["step": 1, "split": "train", "loss": 2])
    #expect(one.textChart(marks: .ascii) == nil)
    #expect(curves.textChart(marks: .ascii)?.text(width: 20) == nil)
  }

  @Test("every width and range of values stays within the columns", arguments: [26, 54, 61, 80, 300])
  func widths(width: Int) throws {
    for losses in [[1e-9, 2e9], [5, 5], [-3, 1e6], [0.1234, 0.1235]] {
      var curves = RunCurves()
      for (index, loss) in losses.enumerated() {
        curves.add(["step": .integer(1 + index * 123_456), "split": "train", "loss": .number(loss)])
      }
      let text = try #require(curves.textChart(marks: .ascii)).text(width: width)
      #expect(text?.split(separator: "\n").allSatisfy { $0.count <= width } ?? true, "\(text ?? "")")
    }
  }
}
