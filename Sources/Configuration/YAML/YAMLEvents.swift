import CYaml

/// The events of a YAML text, one after another; the only code that knows the YAML library.
///
/// The library's own trees are not used: they hash and compare a node again for each of its aliases, and a few lines of nested
/// aliases would take longer than any machine has time.
final class YAMLEvents {
  enum Event {
    case scalar(String, isPlain: Bool, anchor: String?)
    case sequence(anchor: String?)
    case mapping(anchor: String?)
    case alias(String)
    /// Of a sequence or a mapping.
    case end
    case document
    case endOfText
  }

  /// Where an event begins, counted from 1.
  struct Mark {
    let line: Int
    let column: Int

    fileprivate init(_ mark: yaml_mark_t) { (line, column) = (mark.line + 1, mark.column + 1) }
    init(line: Int, column: Int) { (self.line, self.column) = (line, column) }
  }

  /// The text is no YAML.
  struct Problem: Error {
    let message: String
    let mark: Mark?
  }

  private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
  private let text: UnsafeMutableBufferPointer<UInt8>

  init(_ source: String) {
    let bytes = source.utf8
    text = .allocate(capacity: bytes.count)
    _ = text.initialize(from: bytes)
    parser.initialize(to: yaml_parser_t())
    yaml_parser_initialize(parser)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, text.baseAddress, text.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    text.deallocate()
  }

  func next() throws(Problem) -> (event: Event, mark: Mark) {
    while true {
      var raw = yaml_event_t()
      guard yaml_parser_parse(parser, &raw) == 1 else { throw problem }
      defer { yaml_event_delete(&raw) }
      let mark = Mark(raw.start_mark)
      switch raw.type {
      case YAML_SCALAR_EVENT:
        let scalar = raw.data.scalar
        let value = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
        let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE || scalar.style == YAML_ANY_SCALAR_STYLE
        return (.scalar(value, isPlain: isPlain, anchor: name(scalar.anchor)), mark)
      case YAML_SEQUENCE_START_EVENT: return (.sequence(anchor: name(raw.data.sequence_start.anchor)), mark)
      case YAML_MAPPING_START_EVENT: return (.mapping(anchor: name(raw.data.mapping_start.anchor)), mark)
      case YAML_ALIAS_EVENT: return (.alias(name(raw.data.alias.anchor) ?? ""), mark)
      case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return (.end, mark)
      case YAML_DOCUMENT_START_EVENT: return (.document, mark)
      case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return (.endOfText, mark)
      default: continue
      }
    }
  }

  private func name(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? { pointer.map { String(cString: $0) } }

  private var problem: Problem {
    let state = parser.pointee
    let message = words(state.problem)
    switch state.error {
    case YAML_READER_ERROR: return Problem(message: message, mark: mark(ofByte: state.problem_offset))
    case YAML_SCANNER_ERROR, YAML_PARSER_ERROR, YAML_COMPOSER_ERROR:
      let context = words(state.context)
      let before = context.isEmpty ? "" : "\(context) on line \(state.context_mark.line + 1): "
      return Problem(message: before + message, mark: Mark(state.problem_mark))
    default: return Problem(message: message.isEmpty ? "no memory is left" : message, mark: nil)
    }
  }

  /// Some of the library's texts end in blanks.
  private func words(_ pointer: UnsafePointer<CChar>?) -> String {
    guard let pointer else { return "" }
    let text = String(cString: pointer).drop { $0 == " " }
    return String(
      text.prefix((text.lastIndex { $0 != " " }).map { text.distance(from: text.startIndex, to: $0) + 1 } ?? 0))
  }

  private func mark(ofByte offset: Int) -> Mark {
    let before = String(decoding: text.prefix(offset), as: UTF8.self)
    let column = before.unicodeScalars.reversed().prefix { $0 != "\n" }.count + 1
    return Mark(line: before.utf8.count { $0 == UInt8(ascii: "\n") } + 1, column: column)
  }
}
