import Foundation

/// The arguments as bytes, as the shell passed them. Swift's strings repair arguments that are not UTF-8, and so lose what was
/// typed.
struct RawArguments {
  /// All arguments, the program's name first.
  private let arguments: [[UInt8]]

  static var ofProcess: RawArguments {
    RawArguments(
      (0..<Int(CommandLine.argc)).compactMap { index in
        CommandLine.unsafeArgv[index].map { start in
          UnsafeBufferPointer(start: start, count: strlen(start)).map { UInt8(bitPattern: $0) }
        }
      })
  }

  init(_ arguments: [[UInt8]]) { self.arguments = arguments }

  /// The bytes of an option's value that was parsed as `text`.
  func value(of option: String, parsedAs text: String) -> [UInt8] {
    let parsed = arguments.map { String(decoding: $0, as: UTF8.self) }
    // The last value of a repeated option counts.
    for index in arguments.indices.reversed() {
      if parsed[index] == "\(option)=\(text)" { return Array(arguments[index].dropFirst(option.utf8.count + 1)) }
      if index > 1, parsed[index] == text, parsed[index - 1] == option { return arguments[index] }
    }
    return Array(text.utf8)
  }

  /// The bytes of arguments that were parsed as `texts`, in this order.
  func arguments(parsedAs texts: [String]) -> [[UInt8]] {
    var rest = arguments[...]
    return texts.reversed().map { text in
      // Searched from the end, since repeated arguments come last.
      while let last = rest.popLast() {
        if String(decoding: last, as: UTF8.self) == text { return last }
      }
      return Array(text.utf8)
    }.reversed()
  }
}
