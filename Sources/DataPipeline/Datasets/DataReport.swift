import PlainText

/// Report of data that are not used, or are used in a way that nobody asked for.
public struct DataReport: Sendable, Equatable {
  /// A file or folder that is left out.
  public struct Omission: Sendable, Equatable {
    public var path: String
    /// A short phrase, the same for all that are left out for the same reason: they are counted together.
    public var reason: String
    /// The fault of this one in particular, if there is more to say.
    public var detail: String?

    public init(_ path: String, _ reason: String, detail: String? = nil) {
      (self.path, self.reason, self.detail) = (path, reason, detail)
    }
  }

  /// In the order in which they were found.
  public var omissions: [Omission] = []
  /// Sentences about what is used.
  public var remarks: [String] = []

  public init() {}

  public var isEmpty: Bool { omissions.isEmpty && remarks.isEmpty }

  public mutating func add(_ other: DataReport) {
    omissions += other.omissions
    remarks += other.remarks
  }

  /// Names a sentence gives; the rest are counted.
  private static let mostNames = 5

  /// A sentence for each reason, with how many and which; each is one line, whatever names hold.
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
