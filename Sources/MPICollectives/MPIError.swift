import CMPI

/// An error of MPI, with the operation that failed.
public struct MPIError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The function that failed: `MPI_Isend`.
  public let call: String
  /// Its error code, or 0 if MPI itself reports none.
  public let code: Int32
  /// MPI's text for the code.
  public let message: String
  /// This process's rank, if known.
  public let rank: Int?
  /// More about the call: bytes and other rank.
  public let detail: String?
  /// Advice for a person.
  public let hint: String?

  public var description: String {
    var text = call
    if let detail { text += " (\(detail))" }
    if let rank { text += " on rank \(rank)" }
    text += ": \(message)"
    if code > 0 { text += " (error \(code))" }
    if let hint { text += "; \(hint)" }
    return text
  }

  init(call: String, code: Int32 = 0, message: String? = nil, rank: Int?, detail: String? = nil, hint: String? = nil) {
    self.call = call
    self.code = code
    self.message = message ?? Self.words(for: code)
    self.rank = rank
    self.detail = detail
    self.hint = hint
  }

  private static func words(for code: Int32) -> String { text { cmpi_error_string(code, $0, $1) } }

  /// Returns the string that a C function writes into a buffer.
  static func text(_ write: (UnsafeMutablePointer<CChar>, Int) -> Void) -> String {
    let capacity = 512
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
      guard let start = buffer.baseAddress else { return "" }
      start.initialize(repeating: 0, count: capacity)
      write(start, capacity)
      return String(cString: start)
    }
  }
}

/// Throws unless `code`, returned by the MPI function `call`, is success.
func check(_ code: Int32, _ call: String, rank: Int? = nil, detail: @autoclosure () -> String? = nil) throws(MPIError) {
  if code == 0 { return }
  throw MPIError(call: call, code: code, rank: rank, detail: detail())
}
