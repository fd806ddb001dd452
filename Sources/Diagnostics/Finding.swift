/// Something that is wrong, or will make a run slow, with what to do about it.
public struct Finding: Sendable, Equatable {
  public enum Severity: String, Sendable {
    /// The run would fail, or give wrong results, or waste most of its time.
    case error
    /// The run would be right but slower than it could be, or near a limit.
    case warning
  }

  public enum Subject: String, Sendable {
    case collectives, versions, kernels, cores, quota
    case sharedMemory = "shared_memory"
    case memory
  }

  public let severity: Severity
  public let subject: Subject
  /// The problem, and its place.
  public let problem: String
  public let advice: String

  init(_ severity: Severity, _ subject: Subject, _ problem: String, advice: String) {
    (self.severity, self.subject, self.problem, self.advice) = (severity, subject, problem, advice)
  }
}
