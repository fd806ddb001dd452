import Foundation
import FoundationNetworking

/// Downloads files over HTTP(S), continuing where an earlier attempt ended.
struct Downloader: Sendable {
  /// Most attempts in a row without progress, for each address.
  var attempts = 4
  /// Wait before the second attempt; doubles each time.
  var firstDelay = 1.0
  /// Seconds without a byte that count as a lost connection.
  var timeout = 60.0

  /// Downloads a file of known size to `path`, continuing one that is incomplete.
  /// - Parameter progress: Called on another thread with the file's number of bytes so far.
  func download(
    _ addresses: [String], to path: String, size: Int, progress: @escaping @Sendable (Int) -> Void
  ) throws(DataError) {
    var lastFailure = "no address is known"
    // Progress means more bytes than in any attempt before: starting over again and again is not progress.
    var furthest = 0
    for address in addresses {
      guard let url = URL(string: address) else { preconditionFailure("'\(address)' is no URL") }
      var fruitless = 0
      while fruitless < attempts {
        if fruitless > 0 { Thread.sleep(forTimeInterval: firstDelay * Double(1 << (fruitless - 1))) }
        let output = try PartialDownload(path)
        // Too many bytes: another file, or two downloads at once.
        if output.count > size { try output.startOver() }
        if output.count == size { return }
        furthest = max(furthest, output.count)
        let failure = try HTTPTransfer.run(url, output: output, size: size, timeout: timeout, progress: progress)
        let count = output.count
        try output.close()
        if failure == nil, count == size { return }
        lastFailure = "\(address): \(failure?.text ?? "ended after \(count) bytes of \(size)")"
        if let failure, !failure.mayPass { break }
        fruitless = count > furthest ? 1 : fruitless + 1
        furthest = max(furthest, count)
      }
    }
    throw DataError(
      path, "the download failed (\(lastFailure))",
      advice: "the bytes so far are kept: run the command again to continue")
  }
}
