import Testing

@testable import Diagnostics

/// Every rule, played with made-up facts.
@Suite struct FindingsTests {
  private func worker(
    _ host: String = "a", cores: [Int32] = [0, 1, 2, 3], change: (inout WorkerFacts) -> Void = { _ in }
  ) -> WorkerFacts {
    var facts = WorkerFacts()
    (facts.host, facts.cores, facts.hostCores) = (host, cores, 4)
    (facts.kernels, facts.ownKernels) = ("Zen", "AVX2")
    (facts.availableMemory, facts.sharedMemory, facts.freeSharedMemory) = (64 << 30, 32 << 30, 32 << 30)
    facts.totalMemory = 96 << 30
    facts.versions = [.init("build", "abc")]
    change(&facts)
    return facts
  }

  private func findings(_ workers: WorkerFacts...) -> [Finding] { Findings(workers, kind: "rank").all }

  @Test func aSoundJobHasNone() {
    #expect(findings(worker(), worker(), worker("b"), worker("b")).isEmpty)
    #expect(findings(worker(cores: [0]), worker(cores: [1])).isEmpty)
    #expect(findings(worker(cores: [])).isEmpty)
  }

  @Test func ranksOnOneCore() throws {
    let found = findings(worker(cores: [2]), worker("b", cores: [2]), worker(cores: [2]), worker(cores: [1]))
    let finding = try #require(found.first)
    #expect(found.count == 1 && finding.severity == .error && finding.subject == .cores)
    #expect(finding.problem == "a: ranks 0, 2 are all bound to core 2")
    #expect(finding.advice.contains("--bind-to core"))
  }

  @Test func moreRanksThanCores() {
    let found = findings(worker(cores: [0, 1]), worker(cores: [0, 1]), worker(cores: [0, 1]), worker("b"))
    #expect(found.map(\.problem) == ["a: 3 ranks on 2 cores"])
    #expect(found.map(\.severity) == [.warning])
    let threads = findings(worker { $0.blasThreads = 5 })
    #expect(threads.map(\.problem) == ["a: 1 rank with 5 BLAS threads on 4 cores"])
  }

  @Test func aQuotaBelowTheRanks() {
    let found = findings(worker { $0.coreQuota = 1.5 }, worker { $0.coreQuota = 1.5 })
    #expect(found.map(\.problem) == ["a: the container may use 1.5 cores' time, for 2 compute threads"])
    #expect(findings(worker { $0.coreQuota = 1.5 }).isEmpty)
  }

  @Test func memoryAndSharedMemory() {
    let found = findings(
      worker { $0.freeSharedMemory = 1 << 20 }, worker("b") { $0.availableMemory = 100 << 20 })
    #expect(found.map(\.subject) == [.sharedMemory, .memory])
    #expect(found[0].problem.contains("1 MiB") && found[1].problem.contains("100 MiB"))
  }

  @Test func aModelThatMemoryCannotHold() throws {
    let large = { (facts: inout WorkerFacts) in facts.neededMemory = 50 << 30 }
    let found = findings(worker("a", change: large), worker("a", change: large), worker("b", change: large))
    let finding = try #require(found.first)
    #expect(found.count == 1 && finding.severity == .error && finding.subject == .memory)
    #expect(finding.problem.contains("of 2 ranks take 102400 MiB") && finding.problem.contains("only 98304 MiB"))
    // Memory that a host's workers share counts once.
    let shared = { (facts: inout WorkerFacts) in (facts.neededMemory, facts.neededHostMemory) = (20 << 30, 20 << 30) }
    #expect(findings(worker("a", change: shared), worker("a", change: shared), worker("b", change: shared)).isEmpty)
    // Memory that is not free now may be free when it is requested.
    let most = findings(worker { $0.neededMemory = 70 << 30 })
    #expect(most.map(\.severity) == [.warning] && most.map(\.subject) == [.memory])
    #expect(most[0].problem.contains("only 65536 MiB of memory are left"))
  }

  @Test func differencesAreErrorsThatNameBothSides() {
    let found = findings(worker(), worker("b") { $0.versions = [.init("build", "xyz")] })
    #expect(found.map(\.severity) == [.error])
    #expect(found[0].problem == "build: rank 0 (a) has abc, rank 1 (b) has xyz")
    let kernels = findings(worker(), worker("b") { $0.kernels = "SkylakeX" })
    #expect(kernels.map(\.subject) == [.kernels] && kernels.map(\.severity) == [.error])
  }

  @Test func slowKernelsAreSaidOnceAHost() {
    let slow = { (facts: inout WorkerFacts) in facts.kernelWarning = "slow" }
    #expect(
      findings(worker("a", change: slow), worker("a", change: slow), worker("b", change: slow)).map(\.problem) == [
        "a: slow", "b: slow",
      ])
  }
}
