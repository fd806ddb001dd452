import Foundation
import Testing

/// Rank 0 alone reports errors that are found before MPI starts, and every rank exits with the same code.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct LauncherTests {
  private func count(_ text: String, in whole: String) -> Int { whole.components(separatedBy: text).count - 1 }

  @Test(
    "help, version and the list of data sets are printed once",
    arguments: [
      (["--help"], "Exit codes:"), (["train", "--help"], "Examples:"), (["--version"], "own kernels"),
      (["data"], "fashion-mnist"), (["data", "list"], "fashion-mnist"), (["data", "--help"], "rank 0"),
    ])
  func printedOnce(arguments: [String], word: String) throws {
    let result = try Lockstep.runRanks(3, arguments)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(count(word, in: result.output) == 1, "\(result.output)")
  }

  @Test(
    "wrong use is said once and ends with 2",
    arguments: [
      (["train", "small.yaml", "--wrokers", "2"], "--wrokers"), (["trian"], "trian"),
      (["train", "small.yaml", "-q", "-v"], "exclude each other"), (["data", "verify", "cifar11"], "cifar11"),
    ])
  func wrongUseIsSaidOnce(arguments: [String], word: String) throws {
    let result = try Lockstep.runRanks(3, arguments)
    #expect(result.exitCode == 2, "\(result.output)\(result.errors)")
    #expect(count(word, in: result.errors) >= 1 && count("rror: ", in: result.errors) == 1, "\(result.errors)")
  }

  @Test("an error that rank 0 finds in the data decides the exit code of the job")
  func incompleteData() throws {
    let folder = try TemporaryFolder()
    let result = try Lockstep.runRanks(2, ["data", "verify", "cifar10", "--data", folder.url.path])
    #expect(result.exitCode == 1, "\(result.errors)")
    #expect(count("cifar10 is not complete", in: result.errors) == 1, "\(result.errors)")
  }
}
