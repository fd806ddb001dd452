import ArgumentParser
import Foundation
import Inference
import Training

struct GenerateCommand: FirstRankCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Generates text with a model that was trained on text.",
    discussion: """
      RUN is a run folder (its best checkpoint if the run has a validation split, else its last) or a checkpoint file. The \
      text appears while it is generated; the same seed gives the same text.

      Examples:
        lockstep generate runs/novel --prompt "It is a truth" --length 500
        lockstep generate runs/novel --temperature 0             most likely tokens
        lockstep generate runs/novel --temperature 0.8 --top-k 20 --samples 3
        lockstep generate runs/novel --prompt "Elizabeth" --stop "." --seed 7
        lockstep generate runs/novel --length 2000 --statistics  how much is copied
      """)

  @Argument(help: ArgumentHelp("A run folder or a checkpoint file.", valueName: "run"), completion: .directory)
  var path: String

  @Option(parsing: .unconditional, help: "Beginning of the text.")
  var prompt = ""

  @Option(parsing: .unconditional, help: "Number of tokens to generate.")
  var length = 500

  @Option(
    parsing: .unconditional,
    help: "Below 1, likely tokens become more likely; above 1, less likely; 0 takes the most likely token.")
  var temperature = 1.0

  @Option(
    name: .customLong("top-k"), parsing: .unconditional,
    help: "Chooses among this many of the most likely tokens.")
  var topK: Int?

  @Option(
    name: .customLong("top-p"), parsing: .unconditional,
    help: "Chooses among the most likely tokens whose probabilities add up to this, in (0, 1].")
  var topP: Double?

  @Option(parsing: .unconditional, help: "Seed of the random draws.")
  var seed: UInt64 = 1

  @Option(parsing: .unconditional, help: "Ends the text after these characters.")
  var stop: String?

  @Option(parsing: .unconditional, help: "Number of texts to generate, each with its own random draws.")
  var samples = 1

  @Flag(
    help: ArgumentHelp(
      "Shows how many of the words, and of 2 to 5 words in a row, occur in the training split.",
      discussion: "A word is a sequence of letters in any case; an unfinished word at the end is not counted."))
  var statistics = false

  @Option(help: "The training text for --statistics, if it is no longer at the run's data.path.", completion: .file())
  var data: String?

  @Flag(help: "Prints one JSON object instead of the text.")
  var json = false

  func validate() throws {
    guard temperature >= 0, temperature.isFinite else {
      throw ValidationError("--temperature \(temperature): give 0 (always the most likely token) or more")
    }
    guard length >= 1 else { throw ValidationError("--length \(length): give 1 or more") }
    guard samples >= 1 else { throw ValidationError("--samples \(samples): give 1 or more") }
    guard topK.map({ $0 >= 1 }) ?? true else { throw ValidationError("--top-k \(topK ?? 0): give 1 or more") }
    guard topP.map({ $0 > 0 && $0 <= 1 }) ?? true else {
      throw ValidationError("--top-p \(topP ?? 0): give a number above 0 and at most 1")
    }
    guard statistics || data == nil else {
      throw ValidationError("--data is the text that --statistics reads: give both, or neither")
    }
  }

  func run() throws {
    var settings = SamplingSettings()
    (settings.temperature, settings.topK, settings.topP, settings.seed) = (temperature, topK, topP, seed)
    let terminal = Terminal.standard
    let arguments = RawArguments.ofProcess
    let prompt = arguments.value(of: "--prompt", parsedAs: prompt)
    let stop = stop.map { arguments.value(of: "--stop", parsedAs: $0) } ?? []
    do {
      let generator = try TextGenerator(at: path) { terminal.printError("warning: \($0)") }
      // Before the text, so that an error comes at once.
      if statistics { try generator.requireTrainingText(dataDirectory: data) }
      var texts: [GeneratedText] = []
      for sample in 0..<samples {
        if samples > 1 && !json { terminal.print("\(sample > 0 ? "\n" : "")--- sample \(sample + 1)") }
        var writer = TextWriter(terminal)
        var text = GeneratedText(after: prompt)
        text.tokens = try generator.generate(
          after: prompt, length: length, settings: settings, stop: stop, sample: sample
        ) { bytes in
          text.bytes += bytes
          if !json { writer.write(bytes) }
        }
        if !json { terminal.write(bytes: Array("\n".utf8)) }
        texts.append(text)
      }
      let found = statistics ? try generator.statistics(of: texts, dataDirectory: data) : nil
      if json {
        terminal.print(
          json: GenerationText.json(texts, by: generator, prompt: prompt, settings: settings, statistics: found))
      } else if let found {
        terminal.print("\n" + GenerationText.lines(found))
      }
    } catch {
      throw ExitCode(CommandRunner.report(error))
    }
  }
}
