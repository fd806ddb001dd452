import ArgumentParser
import Collectives
import Configuration
import Foundation
import RunSettings
import Training

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures how long training steps and all-reduces take on this machine.",
    discussion: """
      Examples:
        lockstep bench step configs/bench/mlp-1024x3.yaml
        mpirun -np 2 lockstep bench allreduce
      """,
    subcommands: [BenchStepCommand.self, BenchAllReduceCommand.self])
}

struct BenchStepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "Times whole optimiser steps of a configuration on synthetic data of its shape.",
    discussion: """
      A step is everything that training does for one batch: sample, forward, loss, backward, all-reduce, update. Data are \
      random and prepared in the background, as in training. After a warm-up, each step is timed.

      Examples:
        lockstep bench step configs/bench/mlp-1024x3.yaml
        taskset -c 0 lockstep bench step configs/bench/mlp-1024x3.yaml --json
        mpirun -np 2 lockstep bench step configs/bench/resnet20.yaml --steps 100
      """)

  @Argument(help: "The configuration (YAML).", completion: .file(extensions: ["yaml", "yml"]))
  var config: String

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Replaces a value of the configuration.", valueName: "a.b=value"))
  var overrides: [String] = []

  @Option(help: "Worker threads of this process (default 1; under mpirun each rank is one worker).")
  var workers: Int?

  @Option(help: "Steps to time (default: about five seconds of them, at least ten).")
  var steps: Int?

  @Option(help: "Steps before timing starts.")
  var warmup = 3

  @Flag(help: "Binds each worker, with its helper threads, to its own cores.")
  var pin = false

  @Flag(help: "Prints one JSON object, last on standard output.")
  var json = false

  func validate() throws {
    if let steps, steps < 1 { throw ValidationError("--steps \(steps): at least one step is required") }
    if warmup < 0 { throw ValidationError("--warmup \(warmup): it cannot be negative") }
  }

  func run() throws {
    let (steps, warmup, json) = (steps, warmup, json)
    try CommandRunner.run("bench step", workers: workers, pinned: pin) { member in
      try PreparedRun.synthetic(like: RunConfiguration.load(file: config, overrides: overrides)) { assumption in
        if member.rank == 0 { Terminal.standard.printError("note: \(assumption)") }
      }
    } work: { communicator, member, run in
      let result = try StepBenchmark(run, communicator: communicator).measure(steps: steps, warmup: warmup)
      if communicator.worker == 0 {
        let text = BenchmarkText(result: result, ranks: member.ranks)
        json ? Terminal.standard.print(json: text.json) : Terminal.standard.print(text.text)
      }
      return 0
    }
  }
}
