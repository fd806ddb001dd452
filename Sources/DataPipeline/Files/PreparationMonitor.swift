/// Observer of data preparation, which is informed about slow parts and may stop them.
public struct PreparationMonitor {
  /// Receives a sentence when preparation waits for another process.
  public var warn: (String) -> Void
  /// Receives a description of work that takes longer than `patience`.
  public var note: (String) -> Void
  /// Called every few milliseconds. Once it returns true, preparation ends with `DataError.stopped`.
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

  /// Returns a function to call again and again during `work`. It notes work that takes longer than `patience`, and throws if it
  /// is to stop.
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
  /// Preparation was stopped, since the data are no longer required.
  public static let stopped = DataError("the data", "stopped while they were prepared")
}
