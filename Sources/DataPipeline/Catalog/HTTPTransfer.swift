import Foundation
import FoundationNetworking

/// One HTTP request, whose response is appended to a file as it arrives.
final class HTTPTransfer: NSObject, URLSessionDataDelegate, @unchecked Sendable {
  struct Failure: Sendable {
    var text: String
    /// Whether trying again may help.
    var mayPass: Bool
  }

  // Used on the session's delegate queue until `done` is signalled, on the caller's thread after that.
  private let output: PartialDownload
  private let progress: @Sendable (Int) -> Void
  private let start: Int
  /// Bytes of the whole file.
  private let size: Int
  private var redirects = 0
  private var failure: Failure?
  private var diskError: DataError?
  private let done = DispatchSemaphore(value: 0)

  private static let mostRedirects = 10

  private init(output: PartialDownload, size: Int, progress: @escaping @Sendable (Int) -> Void) {
    (self.output, self.size, self.progress, start) = (output, size, progress, output.count)
  }

  /// Requests the bytes after the file's end, and waits for the end of the response. If the server sends more than `size` bytes
  /// in all, nothing of the file is kept.
  /// - Returns: Description of an error in the transfer; nil if there was none.
  /// - Throws: when the file cannot be written.
  static func run(
    _ url: URL, output: PartialDownload, size: Int, timeout: Double, progress: @escaping @Sendable (Int) -> Void
  ) throws(DataError) -> Failure? {
    let transfer = HTTPTransfer(output: output, size: size, progress: progress)
    var request = URLRequest(url: url, timeoutInterval: timeout)
    // A server must not compress on the way: ranges and checksums are those of the file.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    if transfer.start > 0 { request.setValue("bytes=\(transfer.start)-", forHTTPHeaderField: "Range") }
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeout
    configuration.urlCache = nil
    let session = URLSession(configuration: configuration, delegate: transfer, delegateQueue: nil)
    session.dataTask(with: request).resume()
    transfer.done.wait()
    session.finishTasksAndInvalidate()
    if let error = transfer.diskError { throw error }
    return transfer.failure
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    completionHandler(accept(response) ? .allow : .cancel)
  }

  private func accept(_ response: URLResponse) -> Bool {
    // The response of a redirect that is not followed comes here too.
    guard failure == nil else { return false }
    guard let response = response as? HTTPURLResponse else {
      failure = Failure(text: "no HTTP answer", mayPass: false)
      return false
    }
    switch response.statusCode {
    case 200:
      // The server does not support ranges, or none was requested: the response is the whole file.
      if response.expectedContentLength > Int64(size) { return refuse("\(response.expectedContentLength) bytes") }
      return start == 0 || startOver()
    case 206:
      let range = response.value(forHTTPHeaderField: "Content-Range") ?? ""
      if range.hasPrefix("bytes \(start)-") {
        let total = range.split(separator: "/").last.flatMap { Int($0) } ?? size
        return total <= size || refuse("\(total) bytes")
      }
      failure = Failure(text: "was asked for bytes from \(start), sent '\(range)'", mayPass: startOver())
      return false
    case 416:
      failure = Failure(text: "has no byte \(start)", mayPass: startOver())
      return false
    case let code:
      failure = Failure(text: "answered \(code)", mayPass: code >= 500 || code == 429 || code == 408)
      return false
    }
  }

  /// The server has another file than the known one, so the bytes so far are discarded.
  private func refuse(_ found: String) -> Bool {
    if startOver() { failure = Failure(text: "sends \(found), the file has \(size)", mayPass: false) }
    return false
  }

  private func startOver() -> Bool {
    do throws(DataError) {
      try output.startOver()
      return true
    } catch {
      diskError = error
      return false
    }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    guard diskError == nil, failure == nil else { return }
    guard data.count <= size - output.count else {
      _ = refuse("more bytes")
      dataTask.cancel()
      return
    }
    let error = data.withUnsafeBytes { bytes -> DataError? in
      do throws(DataError) {
        try output.write(bytes)
        return nil
      } catch {
        return error
      }
    }
    if let error {
      diskError = error
      dataTask.cancel()
    } else {
      progress(output.count)
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
  ) {
    redirects += 1
    let isWeb = ["http", "https"].contains(request.url?.scheme?.lowercased() ?? "")
    guard redirects <= Self.mostRedirects, isWeb else {
      failure = Failure(
        text: isWeb ? "leads on more than \(Self.mostRedirects) times" : "leads to something other than HTTP",
        mayPass: false)
      completionHandler(nil)
      task.cancel()
      return
    }
    completionHandler(request)
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    if let error, failure == nil, diskError == nil {
      failure = Failure(text: error.localizedDescription, mayPass: true)
    }
    done.signal()
  }
}
