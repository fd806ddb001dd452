import Foundation
import Inference
import Testing

/// Texts and images with classes from the command line: training, measuring, asking.
@Suite(.serialized, .takingTurns) struct ClassificationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func train(_ configuration: String, _ settings: [String] = []) throws -> (run: String, ProcessResult) {
    let config = try folder.write(configuration, to: "\(UUID().uuidString).yaml")
    let run = folder.path("run-\(UUID().uuidString)")
    let result = try Lockstep.run(["train", config, "--run-dir", run, "-q"] + settings.flatMap { ["--set", $0] })
    return (run, result)
  }

  private func trained(_ configuration: String, _ settings: [String] = []) throws -> String {
    let (run, result) = try train(configuration, settings)
    try #require(result.exitCode == 0, "\(result.errors)")
    return run
  }

  private func objects(_ text: String) throws -> [[String: Any]] {
    try text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test("a run learns to tell languages apart; evaluate gives accuracy, confusion matrix and mean recall")
  func measuring() throws {
    let run = try trained(SmallRun.classification)
    let result = try Lockstep.run(["evaluate", run, "--split", "validation", "--json"])
    #expect(result.exitCode == 0, "\(result.errors)")
    let report = try #require(objects(result.output).first)
    let recalls = try #require(report["per_class_accuracy"] as? [Double])
    #expect(try abs(#require(report["mean_per_class_recall"] as? Double) - recalls.reduce(0, +) / 4) < 1e-9)
    #expect(try #require(report["accuracy"] as? Double) > 0.9)
    #expect(report["classes"] as? [String] == ["kelvari", "oboto", "shtrim", "ýsenn"])
    #expect((report["confusion_matrix"] as? [[Int]])?.map { $0.reduce(0, +) } == [30, 16, 7, 4])
    #expect(report["perplexity"] is NSNull)
    let tables = try Lockstep.run(["evaluate", run, "--split", "validation"])
    #expect(tables.output.contains("mean per-class recall") && tables.output.contains("3 ýsenn"))
    let ranks = try Lockstep.runRanks(3, ["evaluate", run, "--split", "validation", "--json"])
    #expect(ranks.output == result.output)
  }

  @Test("evaluate measures the split that there is, and says which; a run without any says what is missing")
  func missingSplits() throws {
    let texts = try folder.write(
      (0..<40).map { "\($0 % 2 == 0 ? "aab" : "bba")\(["c", "d", "e"][$0 % 3])\t\($0 % 2)\n" }.joined(), to: "texts.tsv"
    )
    let configuration = """
      data: {dataset: labelled-text, path: '\(texts)'}
      model: {layers: [embedding: 4, global_average_pool, linear: classes]}
      training: {batch_size: 10, steps: 4}
      """
    func measured(_ settings: String...) throws -> (end: ProcessResult, evaluation: ProcessResult) {
      let config = try folder.write(configuration, to: "config.yaml")
      let run = folder.path("run-\(UUID().uuidString)")
      let end = try Lockstep.run(["train", config, "--run-dir", run] + settings.flatMap { ["--set", $0] })
      try #require(end.exitCode == 0, "\(end.errors)")
      return (end, try Lockstep.run(["evaluate", run]))
    }
    let validated = try measured("data.validation=0.2")
    #expect(validated.end.output.contains("done: validation accuracy") && !validated.end.output.contains("no accuracy"))
    #expect(validated.evaluation.output.contains("validation: 8 samples"))
    #expect(validated.evaluation.errors.contains("note: this is the validation split"))
    let trained = try measured()
    #expect(trained.end.output.contains("no accuracy on data that the model has not seen: set data.validation"))
    #expect(trained.evaluation.output.contains("train: 40 samples"))
    #expect(trained.evaluation.errors.contains("which the model has seen"))
    let tested = try measured("data.test_file=texts.tsv", "data.validation=0.2")
    #expect(tested.evaluation.output.contains("test: 40 samples") && !tested.evaluation.errors.contains("note:"))
  }

  @Test("thousands of classes: what is printed grows with neither their number nor its square")
  func manyClasses() throws {
    let texts = try folder.write((0..<1200).map { "text \($0)\tclass\($0)\n" }.joined(), to: "many.tsv")
    let run = try trained(
      """
      data: {dataset: labelled-text, path: '\(texts)', test_file: many.tsv, tokenizer: bytes}
      model: {layers: [embedding: 4, global_average_pool, linear: classes]}
      training: {batch_size: 400, steps: 2}
      """)
    let tables = try Lockstep.run(["evaluate", run])
    #expect(tables.exitCode == 0 && tables.lines.count < 60, "\(tables.errors)")
    #expect(
      tables.output.contains("1200 of 1200 classes have samples") && tables.output.contains("mixed up most often"))
    let report = try #require(objects(Lockstep.run(["evaluate", run, "--json"]).output).first)
    #expect(report["confusion_matrix"] is NSNull)
    let cells = try #require(report["confusion_cells"] as? [[Int]])
    #expect(cells.count <= 1200 && cells.reduce(0) { $0 + $1[2] } == 1200)
    #expect((report["per_class_accuracy"] as? [Double])?.count == 1200)
  }

  @Test("one worker, two, and a run that stops and goes on with three give the same weights")
  func sameBits() throws {
    let config = try folder.write(SmallRun.classification, to: "words.yaml")
    func run(_ name: String, _ parts: [[String]]) throws -> String {
      for part in parts {
        let result = try Lockstep.run(["train", config, "--run-dir", folder.path(name), "-q"] + part)
        #expect(result.exitCode == 0, "\(result.errors)")
      }
      return try SmallRun.digest(of: folder.path(name))
    }
    let one = try run("one", [[]])
    #expect(try run("two", [["--workers", "2"]]) == one)
    #expect(try run("halves", [["--workers", "2", "--set", "training.steps=40"], ["--workers", "3"]]) == one)
    #expect(try run("shuffled", [["--set", "training.sampling=shuffled"]]) != one)
  }

  @Test("classify a text: likeliest classes first, a bar each, JSON, standard input")
  func texts() throws {
    let run = try trained(SmallRun.classification)
    let table = try Lockstep.run(["classify", run, "venvarkaris", "krshgradrimkrshim", "--top", "2"])
    #expect(table.exitCode == 0, "\(table.errors)")
    #expect(table.lines.count == 6 && table.lines[0] == "venvarkaris" && table.lines[3] == "krshgradrimkrshim")
    #expect(table.lines[1].hasPrefix("  kelvari ") && table.lines[4].hasPrefix("  shtrim "), "\(table.output)")
    #expect(table.lines[1].contains(" %  █"))

    let json = try Lockstep.run(["classify", run, "bogomoto", "--json"])
    let object = try #require(objects(json.output).first)
    #expect(object["input"] as? String == "bogomoto" && object["class"] as? String == "oboto")
    #expect(object["is_cut"] as? Bool == false)
    let all = try #require(object["probabilities"] as? [[String: Any]]).compactMap { $0["probability"] as? Double }
    #expect(all.count == 4 && all == all.sorted(by: >) && abs(all.reduce(0, +) - 1) < 1e-9)
    #expect(object["probability"] as? Double == all[0])

    let lines = try folder.write("\u{FEFF}bogomoto\r\nvenvarkaris", to: "lines.txt")
    let shell = try ChildProcess(
      "/bin/sh", ["-c", "\"$0\" classify \"$1\" --json --top 4 < \"$2\"", Build.lockstep, run, lines]
    ).wait()
    #expect(shell.exitCode == 0 && shell.lines.first == json.lines.first, "\(shell.errors)")
    #expect(try objects(shell.output).map { $0["class"] as? String } == ["oboto", "kelvari"])
  }

  @Test(
    "texts that cannot be classified are said one by one, the others are classified; long ones are cut, and it is said")
  func wrongTexts() throws {
    let run = try trained(SmallRun.classification, ["training.steps=3", "data.length=8"])
    let result = try Lockstep.run(["classify", run, "boΩ", "", "bogomotobogo", "--top", "1"])
    #expect(result.exitCode == 2)
    let errors = result.errors.split(separator: "\n")
    #expect(errors.count == 3, "\(result.errors)")
    #expect(errors[0].contains("'boΩ'") && errors[0].contains("has the character 'Ω'"))
    #expect(errors[1].contains("is empty"))
    #expect(errors[2] == "warning: 'bogomotobogo' has 12 tokens; the model reads the first 8")
    #expect(result.lines.count == 2 && result.lines[0] == "bogomotobogo")
    let latin = folder.path("latin.txt")
    try Data([0x62, 0x6F, 0xE9, 0x0A]).write(to: URL(fileURLWithPath: latin))
    let shell = try ChildProcess("/bin/sh", ["-c", "\"$0\" classify \"$1\" < \"$2\"", Build.lockstep, run, latin])
      .wait()
    #expect(shell.exitCode == 1 && shell.errors.contains("is not UTF-8 (0xE9)"), "\(shell.errors)")
    let lines = try folder.write("bo\n\nbogomotobogo\nboΩ\n", to: "lines.txt")
    let numbered = try ChildProcess("/bin/sh", ["-c", "\"$0\" classify \"$1\" < \"$2\"", Build.lockstep, run, lines])
      .wait()
    #expect(numbered.exitCode == 2, "\(numbered.errors)")
    let said = numbered.errors.split(separator: "\n")
    #expect(said.count == 3 && said[0].hasPrefix("error: line 2: is empty; give a text"), "\(numbered.errors)")
    #expect(said[1].hasPrefix("warning: line 3, 'bogomotobogo' has 12 tokens"))
    #expect(said[2].hasPrefix("error: 'boΩ', byte 2, line 4: has the character 'Ω'"))
    #expect(try Lockstep.run(["classify", run, "bo", "--top", "0"]).exitCode == 2)
    #expect(try Lockstep.run(["classify", folder.path("no-run"), "bo"]).exitCode == 2)
  }

  @Test("classify image files; what is no image is said, the others are classified")
  func images() throws {
    let images = folder.url.appendingPathComponent("images")
    let source = TestImages.pngs(count: 12)
    for (name, range) in [("cat", 0..<6), ("dog", 6..<12)] {
      let classFolder = images.appendingPathComponent("train/\(name)")
      try FileManager.default.createDirectory(at: classFolder, withIntermediateDirectories: true)
      for index in range { try source[index].write(to: classFolder.appendingPathComponent("\(index).png")) }
    }
    let run = try trained(
      """
      data: {dataset: image-folder, path: "\(images.path)", normalize: per-channel}
      model: {layers: [flatten, linear: 2]}
      optimizer: {momentum: 0.9}
      schedule: {rate: 0.01}
      training: {batch_size: 4, steps: 200, shards: 2}
      """)
    let (cat, dog) = (images.path + "/train/cat/2.png", images.path + "/train/dog/7.png")
    let result = try Lockstep.run(["classify", run, cat, dog, "--json"])
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(try objects(result.output).map { $0["class"] as? String } == ["cat", "dog"])

    let text = try folder.write("not an image", to: "text.png")
    let mixed = try Lockstep.run(["classify", run, text, cat, folder.path("no.png")])
    #expect(mixed.exitCode == 2 && mixed.lines.first == cat, "\(mixed.errors)")
    #expect(mixed.errors.contains("text.png: unreadable image") && mixed.errors.contains("no.png: no such file"))

    let lines = try folder.write("\(cat)\n\nno.png\n\(text)", to: "lines.txt")
    let shell = try ChildProcess("/bin/sh", ["-c", "\"$0\" classify \"$1\" < \"$2\"", Build.lockstep, run, lines])
      .wait()
    let said = shell.errors.split(separator: "\n")
    #expect(shell.exitCode == 2 && said.count == 3 && shell.lines.first == cat, "\(shell.errors)")
    #expect(said[0] == "error: line 2: is empty; name an image file")
    #expect(said[1].hasPrefix("error: line 3, no.png: no such file") && said[2].hasPrefix("error: line 4, \(text): "))

    // Data whose classes have other names are not what the model was trained on.
    try FileManager.default.moveItem(atPath: images.path + "/train/dog", toPath: images.path + "/train/fox")
    let other = try Lockstep.run(["evaluate", run, "--split", "train"])
    #expect(other.exitCode == 2 && other.errors.contains("other classes"), "\(other.errors)")
  }

  @Test("balanced sampling says how much an epoch has, and warns where that is less than a batch")
  func balancedEpochs() throws {
    let words = try folder.write("bo\toboto\nven\tkelvari\nvris\tkelvari\nkar\tkelvari\n", to: "few.tsv")
    let configuration = """
      data: {dataset: labelled-text, path: "\(words)", tokenizer: bytes}
      model: {layers: [embedding: {width: 3}, flatten, linear: classes]}
      training: {batch_size: 4, steps: 2, shards: 2, sampling: balanced}
      """
    let config = try folder.write(configuration, to: "few.yaml")
    func train(_ settings: String...) throws -> ProcessResult {
      let run = folder.path("run-\(UUID().uuidString)")
      return try Lockstep.run(["train", config, "--run-dir", run] + settings.flatMap { ["--set", $0] })
    }
    let result = try train()
    #expect(result.output.contains("4 training (balanced: an epoch has 2 classes × 1 sample)"), "\(result.output)")
    #expect(result.errors.contains("an epoch has 2 classes × 1 sample, less than a batch"), "\(result.errors)")
    #expect(try !train("training.batch_size=2").errors.contains("less than a batch"))
    #expect(try !train("training.sampling=shuffled").output.contains("balanced"))
  }

  @Test("a run whose data have changed does not go on: classes come before parameters, data before steps")
  func changedData() throws {
    let words = try folder.write("bo\toboto\nmobo\toboto\nven\tkelvari\nris\tkelvari\n", to: "words.tsv")
    let configuration = """
      data: {dataset: labelled-text, path: "\(words)", length: 4, tokenizer: bytes}
      model: {layers: [embedding: {width: 3}, flatten, linear: classes]}
      training: {batch_size: 2, epochs: 3, shards: 2}
      """
    let config = try folder.write(configuration, to: "words.yaml")
    func train(_ lines: String) throws -> ProcessResult {
      try folder.write(lines, to: "words.tsv")
      return try Lockstep.run(["train", config, "--run-dir", folder.path("run"), "-q"])
    }
    let lines = try String(contentsOfFile: words, encoding: .utf8)
    #expect(try train(lines).exitCode == 0)
    let more = try train(lines + "krim\tshtrim\n")
    #expect(more.exitCode == 2 && more.errors.contains("the data have other classes than those"), "\(more.errors)")
    let renamed = try train(lines.replacingOccurrences(of: "oboto", with: "obote"))
    #expect(renamed.exitCode == 2 && renamed.errors.contains("other classes"), "\(renamed.errors)")
    // Fewer lines make shorter epochs, but more epochs are not what helps.
    let fewer = try train("bo\toboto\nven\tkelvari\n")
    #expect(fewer.exitCode == 2 && fewer.errors.contains("the training data are not those"), "\(fewer.errors)")
    #expect(try train(lines.replacingOccurrences(of: "bo\t", with: "ob\t")).errors.contains("are not those"))
    #expect(try train(lines).exitCode == 0)
  }

  @Test("models that know no classes are sent to generate, and models of classes do not write")
  func otherModels() throws {
    let language = try trained(SmallRun.recurrent, ["training.steps=2"])
    let result = try Lockstep.run(["classify", language, "It is"])
    #expect(result.exitCode == 2 && result.errors.contains("lockstep generate"), "\(result.errors)")
    let vectors = try trained(
      "{data: {dataset: synthetic, shape: [7]}, model: {architecture: mlp, hidden: []}, training: {steps: 2, shards: 1}}"
    )
    let numbers = try Lockstep.run(["classify", vectors, "x"])
    #expect(numbers.exitCode == 2 && numbers.errors.contains("samples of 7 numbers"), "\(numbers.errors)")
    let words = try trained(SmallRun.classification, ["training.steps=2"])
    let writing = try Lockstep.run(["generate", words])
    #expect(writing.exitCode == 2 && writing.errors.contains("no model of text"), "\(writing.errors)")
  }

  @Test(
    "lines that cannot be trained on end with one line",
    arguments: [
      ("a\tx\nb\t\n", [], "line 2: has an empty label", 1), ("a\tx\nb\n", [], "line 2: has no label", 1),
      ("", [], "holds no line with a label", 1), ("a\tx\n\u{e9}\tx\n", ["data.validation_lines=lines"], "'é'", 1),
      ("a\tx\nb\ty\n", ["data.validation_lines=lines"], "which no training line has", 1),
      ("a\tx\n", ["data.validation_lines=lines"], "'2' is not the number of a line", 1),
      ("a\tx\nb\tx\n", ["data.format=csv"], "has 1 column", 1),
      ("a\tx\nb\ty\n", ["data.path=nowhere.tsv"], "nowhere.tsv: no such file", 2),
      ("a\tx\nb\ty\nc\tz\n", [], "3 classes", 2),
    ] as [(String, [String], String, Int32)])
  func wrongLines(text: String, settings: [String], expected: String, code: Int32) throws {
    let path = try folder.write(text, to: "lines.tsv")
    try folder.write("2", to: "lines")
    let (_, result) = try train(
      SmallRun.classification,
      ["data.path=\(path)", "data.validation=null", "model.layers.6.linear=2", "training.batch_size=8"] + settings)
    #expect(result.exitCode == code && result.errors.contains(expected), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
  }

  @Test("text that is not UTF-8 ends with one line; other classes than a model's are refused")
  func otherData() throws {
    let latin = folder.path("latin.tsv")
    try Data([0x61, 0x09, 0x78, 0x0A, 0xE9, 0x09, 0x78]).write(to: URL(fileURLWithPath: latin))
    let (_, result) = try train(SmallRun.classification, ["data.path=\(latin)"])
    #expect(result.exitCode == 1 && result.errors.contains("byte 4, line 2: is not UTF-8 (0xE9)"), "\(result.errors)")

    let run = try trained(SmallRun.classification, ["training.steps=2"])
    let other = try folder.write("bo\toboto\nka\tdutch\n", to: "other.tsv")
    let evaluation = try Lockstep.run(["evaluate", run, "--data", other, "--split", "train"])
    #expect(evaluation.exitCode == 1 && evaluation.errors.contains("unknown label 'dutch'"), "\(evaluation.errors)")
  }
}
