import ArgumentParser
import Collectives
import Configuration
import Diagnostics
import Foundation
import MPICollectives
import RunSettings
import Training

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains the model that a configuration describes, or one for a folder of images.",
    discussion: """
      CONFIG is a YAML file. It may also be a run folder, whose training goes on with its own configuration, or a folder of images, \
      photos/CLASS/NAME.jpg or photos/train/CLASS/NAME.jpg with test and val beside train: then the size of the images, the \
      network, rates, length and augmentation are chosen from the files, printed, and written to the run folder's config.yaml.

      Examples:
        lockstep train configs/quickstart.yaml
        lockstep train photos --workers 2                             without CONFIG
        lockstep train photos --set data.image_size=96 --set training.epochs=20
        lockstep train runs/first                                     goes on
        lockstep train runs/first --continue --set schedule.rate=0.001
        lockstep train configs/quickstart.yaml --workers 2 --set training.epochs=3
        lockstep train configs/image-classification/patchify-f4.yaml --data ~/data
        lockstep train configs/quickstart.yaml --run-dir runs/first   start or resume
        mpirun -np 4 lockstep train configs/quickstart.yaml           on four ranks

      A run folder holds config.yaml, metrics.jsonl, curves.svg (loss and accuracy as a picture), summary.json, checkpoints/, and \
      end.json, which says how the run ended. \
      Ctrl-C writes a checkpoint and exits with 130; so do SIGHUP (129) and SIGTERM, SIGUSR1, SIGUSR2 and SIGXCPU (143). A \
      second Ctrl-C ends the run at once. The same command with the same --run-dir resumes from the checkpoint and ends with \
      the same weights, with any number of workers up to the number of shards.
      """)

  @Argument(
    help: "A configuration (YAML; see docs/configuration.md), a run folder, or a folder of images.",
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Replaces a value of the configuration.", valueName: "a.b=value"))
  var overrides: [String] = []

  @Option(help: "Worker threads of this process (default 1; under mpirun each rank is one worker).")
  var workers: Int?

  @Option(help: "Run folder (default: runs/NAME-DATE-TIME).", completion: .directory)
  var runDir: String?

  @Option(help: "Folder with the data sets; for a text, the file itself.", completion: .file())
  var data: String?

  @Option(
    help: ArgumentHelp(
      "auto: continue if the run folder has a checkpoint. never: stop if the folder is not empty. CHECKPOINT: continue from that file.",
      valueName: "auto|never|CHECKPOINT"))
  var resume = "auto"

  @Flag(
    name: .customLong("continue"),
    help: ArgumentHelp(
      "Trains the rest of a run with other settings of the learning: loss, optimizer, schedule, parameters, data.augment, early stopping. A run that is complete must become longer, too."
    ))
  var continuesWithChanges = false

  @Option(help: ArgumentHelp("Stops with a checkpoint after this long: 90, 45s, 30m, 2h.", valueName: "time"))
  var timeLimit: Duration?

  @Option(
    help: ArgumentHelp(
      "Ends the job when a rank has not answered for this long (default 60).", valueName: "time"))
  var stallTimeout: Duration?

  @Option(
    help: ArgumentHelp(
      "If the run fails, restarts it from its last checkpoint, up to N times. (Under mpirun: launch/local, launch/cluster.)",
      valueName: "n"))
  var maxRestarts = 0

  @OptionGroup var images: CacheOption

  @Flag(help: "Leaves out images that cannot be read, and lists them in data-report.json.")
  var skipBadImages = false

  @Flag(help: "Binds each worker thread, with its helper threads, to its own cores.")
  var pin = false

  @Flag(
    help:
      "Measures the time of each phase: a table, profile.json and timeline.json (chrome://tracing, Perfetto).")
  var profile = false

  @Flag(name: .shortAndLong, help: "Prints errors and warnings only.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Prints every logged step, checkpoints, and the model's layers.")
  var verbose = false

  func validate() throws {
    if maxRestarts < 0 { throw ValidationError("--max-restarts \(maxRestarts): it cannot be negative") }
    if maxRestarts > 0 && isRank {
      throw ValidationError(
        "--max-restarts under a launcher: a rank cannot start its job again; give it to launch/local or launch/cluster")
    }
    if runDir == "" {
      throw ValidationError("--run-dir: the folder's name is empty; leave it out for a new one under runs/")
    }
    if continuesWithChanges && resume == "never" {
      throw ValidationError(
        "--continue requires a run to resume; leave out --resume never")
    }
    if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other") }
  }

  private var isRank: Bool { MPILauncher.isPresent(environment: ProcessInfo.processInfo.environment) }

  func run() throws {
    Terminal.standard.neverWait()
    if maxRestarts > 0 { throw ExitCode(try supervise()) }
    let stop = StopRequest()
    stop.listenForSignals(terminationDelay: isRank ? Self.terminationDelay : 0)
    Supervisor.stopWithSupervisor(stop)
    let status = RunStatus()
    let watching = Watching(stallTimeout: stallTimeout?.seconds ?? 60, status: status, stop: stop)
    if let timeLimit { try stop.request(.timeLimit, after: timeLimit.seconds) }
    let verbosity: RunReporter.Verbosity = quiet ? .quiet : verbose ? .verbose : .normal
    let source: TrainSource
    do {
      source = try TrainSource(config)
    } catch {
      throw ExitCode(CommandRunner.report(error))
    }
    var options = RunOptions(
      runFolder: runDir ?? source.runFolder, resume: ResumeMode(argument: resume),
      name: RunOptions.name(ofConfiguration: config))
    options.continuesWithChanges = continuesWithChanges
    options.isProfiled = profile
    options.imageCache = images.settings
    options.configurationFile = source.configurationFile
    try CommandRunner.run("train", workers: workers, pinned: pin, watching: watching) { [options] member in
      var configuration = try source.configuration(overrides: overrides) { choice in
        if member.rank == 0 && verbosity > .quiet { Terminal.standard.print("\(choice)") }
      }
      if skipBadImages { configuration.data.skipBadImages() }
      var options = options
      options.endOutOfMemory = member.endOutOfMemory
      return try PreparedRun(configuration, dataDirectory: data, options: options, stop: stop) { warning in
        if member.rank == 0 { Terminal.standard.printError("warning: \(warning)") }
      } note: { note in
        if member.rank == 0 && verbosity > .quiet { Terminal.standard.print(note) }
      }
    } work: { communicator, member, run in
      let reporter = communicator.worker == 0 ? RunReporter(verbosity: verbosity) : nil
      try Examination.start(communicator, member, memory: run.memory, reporter: reporter)
      let trainer = try Trainer(
        run, communicator: communicator, jobSize: (member.ranks, member.nodes), reporter: reporter, status: status)
      return try trainer.train()?.exitCode ?? 0
    }
  }

  private func supervise() throws -> Int32 {
    let folder: String
    do {
      folder =
        try runDir ?? TrainSource(config).runFolder
        ?? RunOptions.claimRunFolder(named: RunOptions.name(ofConfiguration: config))
    } catch {
      return CommandRunner.report(error)
    }
    // A refused run leaves its claimed folder empty. rmdir removes empty folders only.
    defer { if runDir == nil { rmdir(folder) } }
    let supervisor = Supervisor(
      restarts: maxRestarts, runFolder: folder, resume: resume, arguments: CommandLine.arguments.dropFirst())
    return try supervisor.run()
  }

  /// In seconds; a rank that died is noticed, and the job ended, in a third of it.
  private static let terminationDelay = 0.3
}

/// A time as people write it on a command line: `90`, `45s`, `30m`, `2h`.
struct Duration: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    let unit = argument.last.flatMap { units[$0] }
    guard let value = Double(unit == nil ? argument : String(argument.dropLast())), value > 0 else { return nil }
    seconds = value * (unit ?? 1)
  }
}
