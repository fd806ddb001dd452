import CKernels

/// Gives each worker of a process, and the helper threads it starts, cores of its own.
public enum CoreBinding {
  /// The cores this thread may use, in ascending order; empty where the system does not say.
  public static var allowedCores: [Int32] {
    var cores = [Int32](repeating: 0, count: 1024)
    let count = ck_allowed_cores(&cores, cores.count)
    return Array(cores.prefix(count))
  }

  /// Binds the calling thread to the `worker`-th part of `cores`, which threads it starts later inherit. Does nothing
  /// when there are fewer cores than workers.
  public static func bindCurrentThread(worker: Int, of workers: Int, cores: [Int32]) {
    guard cores.count >= workers else { return }
    let mine = Array(cores[(worker * cores.count / workers)..<((worker + 1) * cores.count / workers)])
    // A refusal (a container's rule) only costs speed.
    _ = ck_bind_thread(mine, mine.count)
  }
}
