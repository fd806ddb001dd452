import ArgumentParser
import DataPipeline
import Foundation
import PlainText
import Synchronization

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Lists, checks and downloads the known data sets; shows images.",
    discussion: """
      Examples:
        lockstep data list --data ~/data
        lockstep data fetch cifar10 --data ~/data   continues where it stopped
        lockstep data verify cifar10 --data ~/data
        lockstep data show photos --out sheet.png

      Under mpirun rank 0 alone does the work, on its own host. Hosts that share no file system each need the data: run \
      the command on each of them, without mpirun.
      """,
    subcommands: [ListCommand.self, VerifyCommand.self, FetchCommand.self, ShowCommand.self],
    defaultSubcommand: ListCommand.self)

  struct Options: ParsableArguments {
    @Option(
      help: "Folder with the data sets (default: \(DataCatalog.defaultDirectory)).", completion: .directory)
    var data: String?

    var catalog: DataCatalog { DataCatalog(directory: data) }

    /// Fails if a folder was given and does not exist; the default folder may be absent.
    func requireFolder() throws {
      guard let data, let code = Self.problem(with: data) else { return }
      let words =
        switch code {
        case ENOENT: "no such folder"
        case ENOTDIR: "is not a folder"
        case EACCES: "this folder may not be read"
        default: "cannot be examined: \(String(cString: strerror(code)))"
        }
      let advice = code == ENOENT ? "; lockstep data fetch NAME --data DIR creates it" : ""
      try DataCommand.reporting {
        throw DataError(data, words, advice: "check --data\(advice)", isWrongUse: true)
      }
    }

    /// Error code of the system if files in the folder cannot be found, else nil.
    private static func problem(with folder: String) -> Int32? {
      var status = stat()
      guard stat(folder, &status) == 0 else { return errno }
      guard status.st_mode & S_IFMT == S_IFDIR else { return ENOTDIR }
      return access(folder, X_OK) == 0 ? nil : errno
    }
  }

  struct ListCommand: FirstRankCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists the known data sets and whether they are on disk.",
      discussion:
        "Compares names and sizes only; `verify` reads the files.\n\nExamples:\n  lockstep data list --data ~/data")

    @OptionGroup var options: Options

    func run() throws {
      try options.requireFolder()
      let width = DataCatalog.entries.map(\.name.count).max() ?? 0
      var missing: String?
      for entry in DataCatalog.entries {
        let status = options.catalog.status(of: entry)
        if !status.isWhole { missing = missing ?? entry.name }
        let state = status.isWhole ? "there" : status.isPresent ? "incomplete" : "not there"
        let name = entry.name.padded(to: width)
        let padded = state.padded(to: 10)
        Terminal.standard.print("\(name)  \(padded)  \(entry.summary)")
      }
      guard let missing else { return }
      let option = options.data.map { " --data \($0)" } ?? ""
      Terminal.standard.print(
        "lockstep data fetch NAME\(option) downloads what is not there or incomplete, for example: "
          + "lockstep data fetch \(missing)\(option)")
    }
  }

  struct VerifyCommand: FirstRankCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify", abstract: "Reads a data set from end to end: sizes, records, labels.",
      discussion: """
        Compares checksums of files that are as they were published: bundled data and
        .gz files. Unpacked files have no published checksum, so a changed pixel is
        not found there. `fetch` compares the checksum of each download.

        Examples:
          lockstep data verify cifar10 --data ~/data
        """)

    @OptionGroup var options: Options

    @Argument(help: "A name from `lockstep data list`.")
    var name: String

    func run() throws {
      let entry = try DataCommand.reporting { try DataCatalog.entry(named: name) }
      try options.requireFolder()
      let status = options.catalog.verify(entry)
      for file in status.files {
        switch file.state {
        case .whole: Terminal.standard.print("whole    \(file.path)")
        case .missing: Terminal.standard.print("missing  \(file.path)")
        case .damaged(let problem): Terminal.standard.print("damaged  \(file.path): \(problem)")
        }
      }
      if let problem = status.problem { Terminal.standard.print("damaged  \(problem)") }
      guard status.isWhole else {
        let option = options.data.map { " --data \($0)" } ?? ""
        Terminal.standard.printError(
          "error: \(name) is not complete; get it with: lockstep data fetch \(name)\(option)")
        throw ExitCode(1)
      }
    }
  }

  struct FetchCommand: FirstRankCommand {
    static let configuration = CommandConfiguration(
      commandName: "fetch", abstract: "Downloads the missing or damaged files of a data set, checks and unpacks them.",
      discussion: "Examples:\n  lockstep data fetch cifar10 --data ~/data")

    @OptionGroup var options: Options

    @Argument(help: "A name from `lockstep data list`.")
    var name: String

    func run() throws {
      try DataCommand.reporting {
        let entry = try DataCatalog.entry(named: name)
        let display = FetchDisplay()
        try options.catalog.fetch(entry) { display.show($0) }
        display.end()
        Terminal.standard.print("\(name) is complete")
      }
    }
  }

  /// Reports an error as all commands do. An unknown name is wrong usage (exit code 2); everything else is a failure (1).
  static func reporting<Result>(_ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch {
      Terminal.standard.printError("error: \(error)")
      throw ExitCode((error as? DataError)?.isWrongUse == true ? 2 : 1)
    }
  }
}

/// Draws the progress of downloads, on a terminal only. Called from the download's thread.
private final class FetchDisplay: Sendable {
  private let lastDrawing = Mutex(0.0)

  func show(_ progress: FetchProgress) {
    let terminal = Terminal.standard
    let now = ProcessInfo.processInfo.systemUptime
    let isDue = lastDrawing.withLock { last in
      guard now - last >= 0.1 || progress.stage != .downloading else { return false }
      last = now
      return true
    }
    if case .waiting(let owner) = progress.stage {
      terminal.printError("\(progress.file): waiting for \(owner), which fetches it")
    }
    guard terminal.isInteractive, isDue else { return }
    let megabytes = { (bytes: Int) in Format.decimal(Double(bytes) / 1e6, 1) }
    switch progress.stage {
    case .waiting: break
    case .downloading:
      terminal.redraw("\(progress.file): \(megabytes(progress.bytes)) of \(megabytes(progress.totalBytes)) MB")
    case .checking: terminal.redraw("\(progress.file): comparing the checksum")
    case .unpacking: terminal.redraw("\(progress.file): unpacking")
    }
  }

  func end() {
    Terminal.standard.clearLine()
  }
}
