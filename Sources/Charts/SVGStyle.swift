/// Colours and strokes of charts, for light and dark pages.
enum SVGStyle {
  /// Colours that remain different for people who see few of them (after Okabe and Ito, 2008), for a light and a dark page.
  private static let palette: [(light: String, dark: String)] = [
    ("#0072b2", "#56b4e9"), ("#d55e00", "#ff9e4a"), ("#00805c", "#2fc79a"), ("#aa4499", "#e78ac3"),
    ("#8c6d00", "#e3c443"), ("#5b4bb5", "#a99cf0"), ("#b3123f", "#ff7a93"), ("#4d5560", "#b9c0ca"),
  ]

  static func color(_ curve: Curve) -> String { "c\(curve.color % palette.count)" }

  /// CSS classes of a curve's path.
  static func classes(_ curve: Curve) -> String { "\(color(curve)) \(curve.stroke.rawValue)" }

  static let element: String = {
    func colors(_ choose: (Int) -> String) -> String {
      palette.indices.map { ".c\($0){stroke:\(choose($0))}" }.joined()
    }
    return """
      <style>
      text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#1f2328}
      .title{font-size:16px;font-weight:600}.name{font-size:13px;font-weight:600}.axis,.note{fill:#59636e}
      path{fill:none;stroke-linejoin:round;stroke-linecap:round}
      .thin{stroke-width:1.4;stroke-opacity:.85}.dashed{stroke-width:1.4;stroke-dasharray:5 4;stroke-opacity:.8}
      .strong{stroke-width:2.2}.dot{stroke-width:6}
      .page{fill:#fff}.grid{stroke:#d8dee4;stroke-width:1}
      \(colors { palette[$0].light })
      @media (prefers-color-scheme:dark){
      text{fill:#e6edf3}.axis,.note{fill:#9198a1}.page{fill:#0d1117}.grid{stroke:#2a313a}
      \(colors { palette[$0].dark })
      }
      </style>
      """
  }()
}
