import Foundation
import Testing

/// Output and exit codes of `lockstep doctor`, alone and under mpirun.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct DoctorTests {
  private func json(_ text: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
  }

  @Test func ranksAreListedAndTheirCollectivesTested() throws {
    let result = try Lockstep.runRanks(3, ["doctor", "--json"], limit: 120)
    let object = try json(result.output)
    #expect(object["ranks"] as? Int == 3 && object["nodes"] as? Int == 1, "\(result.output)\(result.errors)")
    let workers = try #require(object["workers"] as? [[String: Any]])
    #expect(workers.compactMap { $0["number"] as? Int } == [0, 1, 2])
    #expect(workers.allSatisfy { ($0["host"] as? String)?.isEmpty == false && $0["available_memory_bytes"] is Int })
    let subjects = (object["findings"] as? [[String: Any]] ?? []).compactMap { $0["subject"] as? String }
    #expect(!subjects.contains("collectives") && !subjects.contains("versions"))
    #expect((result.exitCode == 0) == (object["sound"] as? Bool == true))
  }

  @Test("ranks bound to one core are an error; a run warns of them and trains", .enabled(if: cores > 1))
  func ranksOnOneCore() throws {
    let bound = ["-c", "0", Build.lockstep]
    let ranks = ["mpirun", "--oversubscribe", "--bind-to", "none", "-np", "2", "taskset"] + bound
    let environment = ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]
    let result = try ChildProcess("/usr/bin/env", ranks + ["doctor"], environment: environment).wait(limit: 120)
    #expect(result.exitCode == 1, "\(result.output)\(result.errors)")
    #expect(result.output.contains("ranks 0, 1 are all bound to core 0"), "\(result.output)")
    #expect(result.output.contains("hint: bind each to a core of its own"), "\(result.output)")

    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let train = ["train", config, "--run-dir", folder.path("run"), "--set", "training.steps=2", "-q"]
    let run = try ChildProcess("/usr/bin/env", ranks + train, environment: environment).wait(limit: 120)
    #expect(run.exitCode == 0 && run.errors.contains("are all bound to core 0"), "\(run.errors)")
  }

  @Test func warningsCountWhereAskedFor() throws {
    let many = "\(Self.cores + 1)"
    let result = try Lockstep.run(["doctor", "--workers", many])
    #expect(result.output.contains("\(many) workers on"), "\(result.output)")
    #expect(result.exitCode == 0, "\(result.output)")
    #expect(try Lockstep.run(["doctor", "--workers", many, "--strict"]).exitCode == 1)
  }

  #if arch(x86_64)
    @Test("kernels that differ are one error, with advice about kernels")
    func otherKernels() throws {
      let doctor = [Build.lockstep, "doctor", "--json"]
      let result = try ChildProcess(
        "/usr/bin/env",
        ["mpirun", "--oversubscribe", "-np", "1"] + doctor
          + [":", "-np", "1", "-x", "OPENBLAS_CORETYPE=Nehalem"] + doctor,
        environment: ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]
      ).wait(limit: 120)
      #expect(result.exitCode == 1, "\(result.errors)")
      let findings = try json(result.output)["findings"] as? [[String: Any]] ?? []
      let errors = findings.filter { $0["severity"] as? String == "error" }
      #expect(errors.map { $0["subject"] as? String } == ["kernels"], "\(result.output)")
    }
  #endif

  private static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }
}
