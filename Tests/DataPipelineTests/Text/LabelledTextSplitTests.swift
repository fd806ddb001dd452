import Tensors
import Testing

@testable import DataPipeline

/// Labelled texts on their way into batches, and the files that a configuration names.
struct LabelledTextSplitTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("abc\tx\nbcdef\ty\na\tx\nfed\ty\n".utf8, to: "lines.tsv")
  }

  private func specification(_ change: (inout LabelledTextSettings) -> Void = { _ in }) -> DatasetSpecification {
    var settings = LabelledTextSettings()
    settings.file = "lines.tsv"
    change(&settings)
    let specification = DatasetSpecification(settings, path: folder.path)
    return specification
  }

  private func message(_ specification: DatasetSpecification, data: String? = nil) -> (text: String, isWrongUse: Bool) {
    do {
      _ = try DatasetSplits.open(specification, dataDirectory: data, seed: 1)
      return ("no error", false)
    } catch {
      return ("\(error)".replacing(folder.path + "/", with: ""), error.isWrongUse)
    }
  }

  private func assembler(_ split: any SampleSplit) -> any BatchAssembler {
    split.makeAssembler(.none, seed: 0, pool: StoragePool())
  }

  @Test("tokens, padding, lengths and labels; a token pads that no text has")
  func batches() throws {
    let data = try DatasetSplits.open(specification(), seed: 1)
    #expect(data.classNames == ["x", "y"] && data.outputs == 2 && data.sampleShape == [5])
    #expect(data.vocabulary == 7 && !data.predictsTokens && data.notes.isEmpty)
    #expect(data.training.classCounts == [2, 2])
    let batch = try assembler(data.training).assemble([1, 2, 0], epoch: 0, firstPosition: 7)
    #expect(batch.inputs.shape == [3, 5] && batch.labels.shape == [3] && batch.firstPosition == 7)
    #expect(batch.inputs.values == [1, 2, 3, 4, 5, 0, 6, 6, 6, 6, 0, 1, 2, 6, 6])
    #expect(batch.lengths == [5, 1, 3] && batch.sampleIndices == [1, 2, 0])
    #expect((0..<3).map { batch.labels.int32s[$0] } == [1, 0, 0])
    #expect(try assembler(data.training).assemble([], epoch: 0, firstPosition: 3).lengths == [])
  }

  @Test("longer texts are cut, and that is said; a trained model's length, classes and tokeniser are kept")
  func lengths() throws {
    let data = try DatasetSplits.open(specification { $0.length = 2 }, seed: 1)
    #expect(data.sampleShape == [2])
    #expect(data.notes == ["3 of 4 training texts have more than 2 tokens and are cut (data.length)"])
    let batch = try assembler(data.training).assembleForEvaluation(0..<4)
    #expect(batch.lengths == [2, 2, 1, 2] && batch.inputs.values == [0, 1, 1, 2, 0, 6, 5, 4])

    try folder.write("a\tx\nabc\ty\n".utf8, to: "v.tsv")
    let others = try DatasetSplits.open(
      specification {
        ($0.length, $0.validationFile, $0.testFile) = (2, "v.tsv", "lines.tsv")
      }, seed: 1)
    #expect(
      others.notes.dropFirst() == [
        "1 of 2 validation texts have more than 2 tokens and are cut (data.length)",
        "3 of 4 test texts have more than 2 tokens and are cut (data.length)",
      ])

    let trained = try DatasetSplits.open(
      specification { $0.length = 2 }, seed: 1, tokenizer: ByteTokenizer(), classNames: ["y", "x"], sampleShape: [4])
    #expect(trained.classNames == ["y", "x"] && trained.sampleShape == [4] && trained.vocabulary == 257)
    #expect(trained.training.labels == [1, 0, 1, 0])
  }

  @Test("training texts of one class are said")
  func oneClass() throws {
    try folder.write("abc\tx\nbc\tx \na\tx\n".utf8, to: "lines.tsv")
    #expect(
      try DatasetSplits.open(specification(), seed: 1).notes
        == ["all 3 training texts have the label 'x': there is nothing to tell apart; check data.format"])
  }

  @Test("an evaluation goes through all texts in blocks of few enough tokens")
  func evaluation() throws {
    let split = try DatasetSplits.open(specification { $0.length = 5000 }, seed: 1).training
    let blocks = assembler(split).evaluationBlocks(ofSize: 500)
    #expect(blocks.blockSize == 1 && blocks.blockCount == 4)
    #expect(try assembler(split).assembleForEvaluation(blocks.samples(ofBlock: 1)).lengths == [5])
  }

  @Test("files beside the lines are for validation and testing; the digest knows every token")
  func files() throws {
    try folder.write("aa\ty\n".utf8, to: "v.tsv")
    try folder.write("f\tx\nbb\ty\n".utf8, to: "t.tsv")
    let named = specification {
      $0.validationFile = "v.tsv"
      $0.testFile = "t.tsv"
    }
    let data = try DatasetSplits.open(named, seed: 1)
    #expect(data.training.count == 4 && data.validation?.labels == [1] && data.test?.labels == [0, 1])
    var file = named
    file.path = nil
    let same = try DatasetSplits.open(file, dataDirectory: folder.path + "/lines.tsv", seed: 1)
    #expect(try same.contentDigest() == data.contentDigest() && same.testDigest() == data.testDigest())
    try folder.write("ab\ty\n".utf8, to: "v.tsv")
    #expect(try DatasetSplits.open(named, seed: 1).contentDigest() != data.contentDigest())
  }

  @Test("labels and characters that only another file has are refused, with file and line")
  func strangers() throws {
    try folder.write("aa\ty\nbb\tz\n".utf8, to: "v.tsv")
    #expect(
      message(specification { $0.validationFile = "v.tsv" }).text
        == "v.tsv, line 2: has the label 'z', which no training line has; move lines of that class to the training split, or "
        + "leave them out")
    try folder.write("aa\ty\nbq\tx\n".utf8, to: "v.tsv")
    #expect(
      message(specification { $0.testFile = "v.tsv" }).text
        .hasPrefix("v.tsv, byte 1, line 2: has the character 'q' (U+0071), which the training text does not have"))
  }

  @Test("files that are not there, or are folders, are wrong use")
  func missingFiles() throws {
    #expect(message(specification { $0.file = nil }).text.contains("is a folder; give the file with the lines"))
    #expect(
      message(specification { $0.file = "no.tsv" }) == (
        "no.tsv: no such file; check --data, data.path and data.file", true
      ))
    #expect(
      message(specification { $0.validationLines = "v.txt" })
        == ("v.txt: no such file; it is looked for beside the training lines", true))
    var nowhere = specification()
    nowhere.path = nil
    #expect(message(nowhere).text.hasPrefix("data.path: no file is named") && message(nowhere).isWrongUse)
    try folder.write([], to: "empty.tsv")
    #expect(message(specification { $0.file = "empty.tsv" }).text == "empty.tsv: holds no line with a label")
  }

  @Test("a single text to be classified")
  func loneText() throws {
    let tokenizer = try DatasetSplits.open(specification(), seed: 1).tokenizer
    let known = try #require(tokenizer)
    let split = try LabelledTextSplit(loneText: Array("fab".utf8), named: "'fab'", length: 2, tokenizer: known)
    #expect(split.tokenCount(ofSample: 0) == 3 && split.cutCount == 1)
    #expect(try assembler(split).assembleForEvaluation(0..<1).inputs.values == [5, 0])
    #expect(throws: DataError.self) {
      try LabelledTextSplit(loneText: [], named: "''", length: 2, tokenizer: known)
    }
    let unknown = #expect(throws: DataError.self) {
      try LabelledTextSplit(loneText: Array("aß".utf8), named: "'aß'", length: 2, tokenizer: known)
    }
    #expect(unknown.map { "\($0)" }?.hasPrefix("'aß', byte 1, line 1: has the character 'ß'") == true)
  }
}
