import Tensors
import Testing

@testable import DataPipeline

/// A text on its way into batches.
@Suite struct TextSplitTests {
  @Test(arguments: [TokenizerSpecification.characters, .bytes, .bytePairs(vocabularySize: 270)])
  func sizeOfWhatIsPredicted(tokenizer: TokenizerSpecification) throws {
    let folder = try TemporaryFolder()
    let text = String(repeating: "Zwölf 漢字 𝄞\n", count: 30)
    let path = try folder.write(text.utf8, to: "text.txt")
    let corpus = try TextCorpus.open(path, tokenizer: .trained(tokenizer), splits: TextSplits(validation: 0.3))
    let split = try TextSplit(try #require(corpus.validation), of: corpus, windowLength: 7, order: .random)
    let size = split.predictedSize(corpus.tokenizer)
    let predicted = corpus.tokenizer.decode((1..<split.tokens.count).map { split.tokens[$0] })
    #expect(size.bytes == predicted.count)
    #expect(size.characters == predicted.count { $0 & 0xC0 != 0x80 } && (size.characters ?? 0) < size.bytes)
  }

  @Test func aTextThatIsNotUTF8HasNoCharacters() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write((0..<90).map { UInt8($0 % 3 == 0 ? 0xFF : 65) }, to: "text.bin")
    let corpus = try TextCorpus.open(path, tokenizer: .trained(.bytes), splits: TextSplits(validation: 0.3))
    let split = try TextSplit(try #require(corpus.validation), of: corpus, windowLength: 7, order: .random)
    let size = split.predictedSize(corpus.tokenizer)
    #expect(size.bytes == split.tokens.count - 1 && size.characters == nil)
  }

  @Test(
    "bytes that come one by one are UTF-8 where all of them are",
    arguments: [
      Array("Zwölf 漢字 𝄞𝄞\u{80}\u{7FF}\u{800}\u{FFFF}\u{10FFFF} a".utf8),
      [0xC3], [0xF0, 0x9D, 0x84], [0x41, 0x80, 0x80],
      [0xF0, 0x9D, 0x84, 0x9E, 0x80], [0x80, 0x80, 0x80, 0x80, 0x80], [0xC3, 0x41, 0x42], [0xED, 0xA0, 0x80, 0x41], [],
    ])
  func checkInPieces(bytes: [UInt8]) {
    let isUTF8 = bytes.withUnsafeBytes { UTF8Text.firstInvalidByte($0) } == nil
    for batch in 1..<9 {
      for start in 0..<6 {
        var check = UTF8Check(batch: batch)
        for byte in Array("abcdef".utf8.prefix(start)) + bytes { check.append([byte]) }
        #expect(check.isWellFormedToItsEnd == isUTF8)
      }
    }
  }

  private static let text = "abcdefghijklmnopqrstuvwxyz"

  private func splits(_ order: WindowSampler.Order, window: Int, validation: Double? = nil) throws -> DatasetSplits {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(Self.text.utf8), to: "text.txt")
    var text = TextSpecification()
    (text.window, text.order) = (window, order)
    var specification = DatasetSpecification(TextFile(text), path: path)
    specification.validation = validation.map { .fraction($0) }
    return try DatasetSplits.open(specification, seed: 3)
  }

  private func letters(_ tensor: Tensor) -> String {
    (0..<tensor.count).map { String(UnicodeScalar(UInt8(97 + tensor[$0]))) }.joined()
  }

  @Test("inputs are a window's tokens, labels the token after each")
  func batches() throws {
    let split = try splits(.random, window: 5).training
    let batch = try split.makeAssembler(.none, seed: 0, pool: StoragePool())
      .assemble([3, 0, 20], epoch: 0, firstPosition: 7)
    #expect(batch.inputs.shape == [3, 5] && batch.labels.shape == [3, 5] && batch.firstPosition == 7)
    #expect(letters(batch.inputs) == "defghabcdeuvwxy")
    #expect(letters(batch.labels) == "efghibcdefvwxyz")
    #expect(split.sampleShape == [5] && split.outputs == 26 && split.classNames.isEmpty)
  }

  @Test("an evaluation predicts every token but the first once, the last window shorter and alone")
  func evaluation() throws {
    let assembler = try splits(.random, window: 7).training
      .makeAssembler(.none, seed: 0, pool: StoragePool())
    let blocks = assembler.evaluationBlocks(ofSize: 2)
    let batches = try (0..<blocks.blockCount).map { try assembler.assembleForEvaluation(blocks.samples(ofBlock: $0)) }
    #expect(batches.map(\.inputs.shape) == [[2, 7], [1, 7], [1, 4]])
    #expect(batches.map { letters($0.labels) }.joined() == "bcdefghijklmnopqrstuvwxyz")
  }

  @Test("where windows fit, the last one is like the others")
  func evenEvaluation() throws {
    let assembler = try splits(.random, window: 5).training
      .makeAssembler(.none, seed: 0, pool: StoragePool())
    let blocks = assembler.evaluationBlocks(ofSize: 2)
    #expect((0..<blocks.blockCount).map { blocks.samples(ofBlock: $0) } == [0..<2, 2..<4, 4..<5])
  }

  @Test("streams are read side by side, state begins anew with the epoch alone")
  func streams() throws {
    let split = try splits(.sequential, window: 5).training
    let sampler = try split.makeSampler(seed: 3, batchSize: 2, dropLast: false)
    let assembler = split.makeAssembler(.none, seed: 0, pool: StoragePool())
    let read = sampler.makeReader()
    let batches = try (0..<4).map { step in
      let samples = read(step)
      return try assembler.assemble(samples.samples, of: samples, firstPosition: 0)
    }
    #expect(sampler.stepsPerEpoch == 3)
    #expect(batches.map { letters($0.inputs) } == ["abcdemnopq", "fghijrstuv", "klwx", "abcdemnopq"])
    #expect(batches.map(\.beginsAnew) == [true, false, false, true])
  }

  @Test("a letter that only validation has is named; a validation split is a share")
  func validation() throws {
    let unseen = #expect(throws: DataError.self) { try splits(.random, window: 3, validation: 0.25) }
    #expect(unseen?.description.contains("'t'") == true, "\(unseen.map { "\($0)" } ?? "")")
    let tooLong = #expect(throws: DataError.self) {
      try splits(.random, window: 26).training.makeSampler(seed: 1, batchSize: 1, dropLast: false)
    }
    #expect(tooLong?.description.contains("26 tokens") == true)
  }
}
