/// A fault, or a reason why runs will be slow, with advice.
public struct Finding: Sendable, Equatable {
  public enum Severity: String, Sendable {
    /// The run would fail, give wrong results, or waste most of its time.
    case error
    /// The run would be right, but slower than possible or near a limit.
    case warning
  }

  public enum Subject: String, Sendable {
    case collectives, versions, kernels, cores, quota
    case sharedMemory = "shared_memory"
    case memory
  }

  public let severity: Severity
  public let subject: Subject
  /// The problem, with host or worker.
  public let problem: String
  public let advice: String

  init(_ severity: Severity, _ subject: Subject, _ problem: String, advice: String) {
    (self.severity, self.subject, self.problem, self.advice) = (severity, subject, problem, advice)
  }
}
