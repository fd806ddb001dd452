import DataPipeline
import Inference
import JSON
import PlainText
import Training

/// Statistics of `generate` about the generated texts, for people and for programs.
enum GenerationText {
  static func lines(_ statistics: TextStatistics) -> String {
    let rows =
      [("words", statistics.words)] + zip(TextStatistics.lengths, statistics.ngrams).map { ("\($0) in a row", $1) }
    let lines = rows.map { name, share in
      name.padded(to: 12) + Format.percent(share.share)
        + " (\(share.seen) of \(share.count))"
    }
    return (["seen in the training split:"] + lines.map { "  \($0)" }).joined(separator: "\n")
  }

  /// One object on one line.
  static func json(
    _ texts: [GeneratedText], by generator: TextGenerator, prompt: [UInt8], settings: SamplingSettings,
    statistics: TextStatistics?
  ) -> String {
    let object: JSON = [
      "checkpoint": .string(generator.checkpoint),
      "step": .integer(generator.step),
      "prompt": .string(String(decoding: prompt, as: UTF8.self)),
      "temperature": .number(settings.temperature),
      "top_k": settings.topK.map { .integer($0) } ?? .null,
      "top_p": .number(settings.topP),
      "seed": Int(exactly: settings.seed).map { .integer($0) } ?? .string("\(settings.seed)"),
      "samples": .array(texts.map { ["text": .string($0.text), "tokens": .integer($0.tokens)] }),
      "statistics": statistics.map(json) ?? .null,
    ]
    return object.description
  }

  private static func json(_ statistics: TextStatistics) -> JSON {
    [
      "words": json(statistics.words, nil),
      "ngrams": .array(zip(TextStatistics.lengths, statistics.ngrams).map { json($1, $0) }),
    ]
  }

  private static func json(_ share: TextStatistics.Share, _ length: Int?) -> JSON {
    let members: [JSON.Member] = [
      .init("count", .integer(share.count)), .init("seen", .integer(share.seen)), .init("share", .number(share.share)),
    ]
    return .object((length.map { [.init("n", .integer($0))] } ?? []) + members)
  }
}
