/// Observer of data preparation: is told of slow parts, and may stop it.
public struct PreparationMonitor {
  /// Told where another process is waited for.
  public var warn: (String) -> Void
  /// Told what goes on, once it has taken longer than `patience`.
  public var note: (String) -> Void
  /// Asked every few thousandths of a second. Once it says so, preparing ends with `DataError.stopped`.
  public var isStopped: () -> Bool
  var patience = Duration.seconds(3)

  public init(
    warn: @escaping (String) -> Void = { _ in }, note: @escaping (String) -> Void = { _ in },
    isStopped: @escaping () -> Bool = { false }
  ) {
    (self.warn, self.note, self.isStopped) = (warn, note, isStopped)
  }

  func check() throws(DataError) {
    if isStopped() { throw .stopped }
  }

  /// To be called again and again while `work` goes on, which is noted once it has taken its time.
  func follow(_ work: String) -> () throws(DataError) -> Void {
    let start = ContinuousClock.now
    var isNoted = false
    return { () throws(DataError) in
      try check()
      guard !isNoted, ContinuousClock.now - start >= patience else { return }
      isNoted = true
      note(work)
    }
  }
}

extension DataError {
  /// The data are no longer asked for.
  public static let stopped = DataError("the data", "stopped while they were prepared")
}
