import Foundation
import FoundationNetworking

/// Downloads files over HTTP(S), going on where an earlier attempt ended.
struct Downloader: Sendable {
  /// Attempts in a row that may bring nothing, at each address.
  var attempts = 4
  /// Wait before the second attempt; doubles each time.
  var firstDelay = 1.0
  /// Seconds without a byte that count as a lost connection.
  var timeout = 60.0

  /// Fetches a file of a known size into `path`, appending to what is there.
  /// - Parameter progress: called with the number of bytes that are there, on another thread.
  func download(
    _ addresses: [String], to path: String, size: Int, progress: @escaping @Sendable (Int) -> Void
  ) throws(DataError) {
    var lastFailure = "no address is known"
    // Progress is to get further than ever: starting over again and again is none.
    var furthest = 0
    for address in addresses {
      guard let url = URL(string: address) else { preconditionFailure("'\(address)' is no URL") }
      var fruitless = 0
      while fruitless < attempts {
        if fruitless > 0 { Thread.sleep(forTimeInterval: firstDelay * Double(1 << (fruitless - 1))) }
        let output = try PartialDownload(path)
        // More than there should be: something else, or two runs at once.
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
      advice: "what is there is kept: run the command again to go on")
  }
}
