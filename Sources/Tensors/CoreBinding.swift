import CKernels

/// Binds each worker of a process, with the helper threads that it starts, to its own cores.
public enum CoreBinding {
  /// The cores that this thread may use, ascending; empty if the system does not say.
  public static var allowedCores: [Int32] {
    var cores = [Int32](repeating: 0, count: 1024)
    let count = ck_allowed_cores(&cores, cores.count)
    return Array(cores.prefix(count))
  }

  /// Binds the calling thread, and threads that it starts later, to the `worker`-th part of `cores`. Does nothing if there are
  /// fewer cores than workers.
  public static func bindCurrentThread(worker: Int, of workers: Int, cores: [Int32]) {
    guard cores.count >= workers else { return }
    let mine = Array(cores[(worker * cores.count / workers)..<((worker + 1) * cores.count / workers)])
    // A refusal, by a container's rule for example, only costs speed.
    _ = ck_bind_thread(mine, mine.count)
  }
}
