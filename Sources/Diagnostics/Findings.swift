/// Conclusions from the facts of all workers. A pure function of them, so that tests can cover every case.
struct Findings {
  /// `rank` or `worker`.
  let kind: String
  let workers: [WorkerFacts]
  private(set) var all: [Finding] = []

  init(_ workers: [WorkerFacts], kind: String) {
    (self.workers, self.kind) = (workers, kind)
    compareVersions()
    compareKernels()
    // In order of the first worker on each host.
    var hosts: [String] = []
    for worker in workers where !hosts.contains(worker.host) { hosts.append(worker.host) }
    for host in hosts {
      let numbers = workers.indices.filter { workers[$0].host == host }
      examineCores(host, numbers)
      examineMemory(host, numbers)
      let warnings = numbers.compactMap { workers[$0].kernelWarning }
      if let warning = warnings.first {
        all.append(Finding(.warning, .kernels, "\(host): \(warning)", advice: "see lockstep --version there"))
      }
    }
  }

  private mutating func compareVersions() {
    for version in workers.first?.versions ?? [] {
      let values = workers.map { worker in worker.versions.first { $0.name == version.name }?.value ?? "unknown" }
      addDifference(
        values, of: version.name, .versions, advice: "start the same build, with the same libraries, on every host")
    }
  }

  private mutating func compareKernels() {
    let advice =
      "use hosts of one processor type, and set OPENBLAS_CORETYPE alike: otherwise weights depend on which host computes which shard"
    addDifference(workers.map(\.kernels), of: "OpenBLAS kernels", .kernels, advice: advice)
    addDifference(workers.map(\.ownKernels), of: "own kernels", .kernels, advice: advice)
  }

  private mutating func addDifference(_ values: [String], of name: String, _ subject: Finding.Subject, advice: String) {
    guard let other = values.firstIndex(where: { $0 != values[0] }) else { return }
    all.append(
      Finding(
        .error, subject,
        "\(name): \(self.name([0])) (\(workers[0].host)) has \(values[0]), \(self.name([other])) (\(workers[other].host)) "
          + "has \(values[other])", advice: advice))
  }

  private mutating func examineCores(_ host: String, _ numbers: [Int]) {
    let sets = numbers.map { workers[$0].cores }
    let cores = Set(sets.flatMap { $0 }).count
    let threads = numbers.reduce(0) { $0 + workers[$1].blasThreads }
    var sharesCore = false
    for core in Set(sets.filter { $0.count == 1 }.flatMap { $0 }).sorted() {
      let bound = numbers.filter { workers[$0].cores == [core] }
      guard bound.count > 1 else { continue }
      sharesCore = true
      let hostCores = workers[bound[0]].hostCores
      let advice =
        hostCores >= numbers.count
        ? "bind each to a core of its own: mpirun --map-by core --bind-to core"
        : "start at most \(hostCores) on this host"
      all.append(Finding(.error, .cores, "\(host): \(name(bound)) are all bound to core \(core)", advice: advice))
    }
    if !sharesCore && cores > 0 && threads > cores {
      let each = threads == numbers.count ? "" : " with \(threads) BLAS threads"
      all.append(
        Finding(
          .warning, .cores,
          "\(host): \(numbers.count) \(kind)\(numbers.count == 1 ? "" : "s")\(each) on \(cores) core\(cores == 1 ? "" : "s")",
          advice: "start no more than there are cores, or give them more (mpirun --bind-to, taskset, the scheduler)"))
    }
    if let quota = numbers.compactMap({ workers[$0].coreQuota }).min(), quota < Double(threads) {
      let tenths = (quota * 10).rounded() / 10
      all.append(
        Finding(
          .warning, .quota, "\(host): the container may use \(tenths) cores' time, for \(threads) compute threads",
          advice: "raise its limit (docker --cpus, the pod's cpu limit), or start fewer \(kind)s"))
    }
  }

  private mutating func examineMemory(_ host: String, _ numbers: [Int]) {
    let megabytes = { (bytes: Int) in "\(bytes >> 20) MiB" }
    // Open MPI alone uses about four for each rank.
    if let free = numbers.compactMap({ workers[$0].freeSharedMemory }).min(), free < numbers.count * 8 << 20 {
      all.append(
        Finding(
          .warning, .sharedMemory, "\(host): /dev/shm has only \(megabytes(free)) free for \(numbers.count) \(kind)s",
          advice: "remove what is left there, or make it larger: docker --shm-size, mount -o remount,size=… /dev/shm"))
    }
    let needed = numbers.reduce(workers[numbers[0]].neededHostMemory) { $0 + workers[$1].neededMemory }
    let count = "\(numbers.count) \(kind)\(numbers.count == 1 ? "" : "s")"
    let need = "\(host): parameters, gradients and the optimiser's state of \(count) take \(megabytes(needed))"
    let advice = "make the model smaller, or start fewer \(kind)s on this host"
    if let total = numbers.compactMap({ workers[$0].totalMemory }).min(), needed > total {
      all.append(Finding(.error, .memory, "\(need), and there are only \(megabytes(total)) of memory", advice: advice))
    } else if let left = numbers.compactMap({ workers[$0].availableMemory }).min() {
      if needed > left {
        all.append(
          Finding(.warning, .memory, "\(need), and only \(megabytes(left)) of memory are left", advice: advice))
      } else if left < numbers.count * 256 << 20 {
        all.append(
          Finding(
            .warning, .memory, "\(host): only \(megabytes(left)) of memory are left for \(count)",
            advice: "end what else runs there, raise the container's limit, or start fewer \(kind)s"))
      }
    }
  }

  /// `rank 3`, `ranks 0, 1`.
  private func name(_ numbers: [Int]) -> String {
    "\(kind)\(numbers.count > 1 ? "s" : "") \(numbers.map { "\($0)" }.joined(separator: ", "))"
  }
}
