import DataPipeline

/// A text written by a model.
public struct GeneratedText: Sendable {
  /// The prompt and what follows.
  public var bytes: [UInt8] = []
  /// Number of bytes of the prompt.
  public let prompt: Int
  public var tokens = 0

  public init(after prompt: [UInt8]) { self.prompt = prompt.count }

  /// Bytes that are not UTF-8 are replaced.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension TextGenerator {
  /// - Throws: If the text for `statistics` cannot be read.
  public func requireTrainingText(dataDirectory: String?) throws { try withTrainingText(dataDirectory) { _ in } }

  /// Share of the written text that occurs in the training split of the model's data.
  ///
  /// - Parameters:
  ///   - texts: Texts that the model wrote.
  ///   - dataDirectory: Location of the text, if it is no longer the configuration's.
  public func statistics(of texts: [GeneratedText], dataDirectory: String?) throws -> TextStatistics {
    try withTrainingText(dataDirectory) { TextStatistics(of: texts.map { ($0.bytes, $0.prompt) }, in: $0) }
  }

  private func withTrainingText<Result>(
    _ dataDirectory: String?, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws -> Result {
    guard let data else { preconditionFailure("a model in training has no data of its own") }
    return try DatasetSplits.withTrainingText(
      data.located(in: dataDirectory), dataDirectory: dataDirectory, body)
  }
}
