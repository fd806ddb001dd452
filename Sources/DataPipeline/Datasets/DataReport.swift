import PlainText

/// Report of data that are left out, or used in a way that the user should know of.
public struct DataReport: Sendable, Equatable {
  /// A file or folder that is left out.
  public struct Omission: Sendable, Equatable {
    public var path: String
    /// A short phrase. Omissions with the same phrase are counted together.
    public var reason: String
    /// Details of this omission, if there are any.
    public var detail: String?

    public init(_ path: String, _ reason: String, detail: String? = nil) {
      (self.path, self.reason, self.detail) = (path, reason, detail)
    }
  }

  /// In the order in which they were found.
  public var omissions: [Omission] = []
  /// Sentences about data that are used.
  public var remarks: [String] = []

  public init() {}

  public var isEmpty: Bool { omissions.isEmpty && remarks.isEmpty }

  public mutating func add(_ other: DataReport) {
    omissions += other.omissions
    remarks += other.remarks
  }

  /// Most names in a sentence; the others are counted.
  private static let mostNames = 5

  /// A sentence for each reason, with the number and names of omissions. Each is one line, even if names contain line ends.
  public var sentences: [String] {
    var reasons: [String] = []
    var indices: [String: [Int]] = [:]
    for (index, omission) in omissions.enumerated() {
      if indices[omission.reason] == nil { reasons.append(omission.reason) }
      indices[omission.reason, default: []].append(index)
    }
    let counted = reasons.map { reason in
      let found = indices[reason] ?? []
      let names = found.prefix(Self.mostNames).map { index in
        omissions[index].path + (omissions[index].detail.map { " (\($0))" } ?? "")
      }
      let rest = found.count > names.count ? " and \(found.count - names.count) more" : ""
      return "\(found.count) left out: \(reason) (\(names.joined(separator: ", "))\(rest))"
    }
    return (remarks + counted).map(\.onOneLine)
  }

  /// The sentences in parentheses, for the message that there is nothing else; empty if there are none.
  var appendix: String { sentences.isEmpty ? "" : " (\(sentences.joined(separator: "; ")))" }
}
