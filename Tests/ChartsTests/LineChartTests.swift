import Foundation
import FoundationXML
import JSON
import Testing

@testable import Charts

/// Charts as pictures.
@Suite struct LineChartTests {
  private func chart(_ names: [String], points: Int = 20) -> LineChart {
    let curves = names.enumerated().map { color, name in
      Curve(
        name: name, color: color, stroke: color == 0 ? .thin : .strong,
        points: (0..<points).map { .init(Double($0), 1 / Double($0 + color + 1)) })
    }
    return LineChart(title: "a run", xTitle: "step", panels: [.init(title: "loss", curves: curves)])
  }

  /// A picture's XML, checked by a parser.
  private func elements(_ svg: String) throws -> [(name: String, attributes: [String: String], text: String)] {
    final class Reader: NSObject, XMLParserDelegate {
      var found: [(name: String, attributes: [String: String], text: String)] = []
      func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
      ) { found.append((name, attributes, "")) }
      func parser(_ parser: XMLParser, foundCharacters text: String) { found[found.count - 1].text += text }
    }
    let (reader, parser) = (Reader(), XMLParser(data: Data(svg.utf8)))
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    return reader.found.map { ($0.name, $0.attributes, $0.text.trimmingCharacters(in: .newlines)) }
  }

  @Test("a curve is a path inside the picture, and the legend has its name")
  func oneCurve() throws {
    let found = try elements(chart(["training", "validation"]).svg)
    let paths = found.filter { $0.name == "path" && $0.attributes["d"]?.contains("L") == true }
    #expect(paths.map { $0.attributes["class"] } == ["c0 thin", "c1 strong"])
    let numbers = paths.flatMap { $0.attributes["d"]?.dropFirst().split(separator: "L") ?? [] }
      .map { $0.split(separator: " ").compactMap { Double($0) } }
    #expect(numbers.count == 40)
    #expect(numbers.allSatisfy { (64...696).contains($0[0]) && (0...480).contains($0[1]) })
    // Both begin high and fall.
    #expect(numbers[0][1] < numbers[19][1])
    let texts = found.filter { $0.name == "text" }.map(\.text)
    for text in ["a run", "training", "validation", "loss", "step", "0", "20", "0.2"] {
      #expect(texts.contains { $0.hasPrefix(text) }, "\(text) in \(texts)")
    }
  }

  @Test("names with characters of XML, and with those that it forbids")
  func names() throws {
    let found = try elements(chart(["<a & \"b\">\u{1B}\u{FFFF}", String(repeating: "long", count: 60)]).svg)
    #expect(found.contains { $0.text == "<a & \"b\">\u{FFFD}\u{FFFD}" })
    #expect(found.contains { $0.text.hasPrefix("…") && $0.text.hasSuffix("longlong") && $0.text.count == 88 })
  }

  @Test("a picture stands alone, has colours for dark pages, and is of moderate size")
  func alone() throws {
    var curves = RunCurves()
    for step in 1...100_000 {
      curves.add(["step": .integer(step), "split": "train", "loss": .number(1 / Double(step)), "accuracy": 0.5])
    }
    let svg = curves.chart(title: "run").svg
    #expect(svg.contains("prefers-color-scheme:dark") && !svg.contains("href") && !svg.contains("url("))
    #expect(svg.utf8.count < 20_000, "\(svg.utf8.count)")
    #expect(try elements(svg).filter { $0.name == "path" && $0.attributes["class"] == "c0 thin" }.count == 3)
  }

  @Test("a single point is a dot; without points the picture says so")
  func fewPoints() throws {
    let one = try elements(chart(["training"], points: 1).svg)
    #expect(one.contains { $0.attributes["class"] == "c0 dot" })
    #expect(try elements(chart([]).svg).contains { $0.text == "nothing recorded yet" })
  }

  @Test("legends of many runs stand in rows within the picture")
  func longLegend() throws {
    let found = try elements(chart((0..<30).map { "run number \($0)" }).svg)
    let entries = found.filter { $0.text.hasPrefix("run number ") }
    #expect(entries.count == 30 && Set(entries.map { $0.attributes["y"] }).count > 4)
    #expect(entries.allSatisfy { Int($0.attributes["x"] ?? "").map { $0 < 620 } ?? false })
  }
}
