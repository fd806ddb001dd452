import Glibc

/// Feeds a reader with inputs that libFuzzer makes of the seeds, until one of them hurts.
///
///     fuzz --list
///     fuzz READER [options and folders of libFuzzer]
@main
enum Fuzz {
  /// libFuzzer calls a function without a context.
  nonisolated(unsafe) private static var read: (UnsafeRawBufferPointer) -> Void = { _ in }

  static func main() {
    let arguments = CommandLine.arguments
    if arguments.dropFirst() == ["--list"] {
      for reader in FuzzedReader.all { print(reader.name) }
      return
    }
    guard arguments.count > 1, let chosen = FuzzedReader.all.first(where: { $0.name == arguments[1] }) else {
      print("usage: fuzz --list | fuzz READER [options of libFuzzer]")
      exit(2)
    }
    read = chosen.start()
    // libFuzzer starts this program again for `-jobs` and `-merge`, whose first argument is then the reader too.
    var count = CommandLine.argc - 1
    var rest: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = CommandLine.unsafeArgv + 1
    exit(
      runDriver(&count, &rest) { bytes, count in
        Fuzz.read(UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
      })
  }
}

/// libFuzzer as a library (https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library).
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32
