import Foundation
import Testing

/// A terminal that nobody looks at, to see what a program shows on one.
enum PseudoTerminal {
  /// Runs a program to its end with a terminal as its standard output; its standard error is left out.
  static func output(
    of executable: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> [UInt8] {
    var (ours, theirs) = (Int32(-1), Int32(-1))
    try #require(openpty(&ours, &theirs, nil, nil, nil) == 0)
    defer { close(ours) }
    // Bytes come as they are written: no line end becomes two characters.
    var settings = termios()
    tcgetattr(theirs, &settings)
    cfmakeraw(&settings)
    tcsetattr(theirs, TCSANOW, &settings)

    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = Build.packageRoot
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(fileDescriptor: theirs, closeOnDealloc: false)
    process.standardError = FileHandle.nullDevice
    try process.run()
    close(theirs)
    // Reading fails once the program, the last to have it open, has ended.
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(ours, &piece, piece.count)
      if count <= 0 { break }
      output += piece.prefix(count)
    }
    process.waitUntilExit()
    return output
  }
}
