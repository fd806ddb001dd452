import Foundation
import FoundationNetworking

/// One HTTP request whose answer is appended to a file as it comes.
final class HTTPTransfer: NSObject, URLSessionDataDelegate, @unchecked Sendable {
  struct Failure: Sendable {
    var text: String
    /// Whether trying again may help.
    var mayPass: Bool
  }

  // Used on the session's delegate queue until `done` is signalled, on the caller's thread after that.
  private let output: OutputFile
  private let progress: @Sendable (Int) -> Void
  private let start: Int
  private var failure: Failure?
  private var diskError: DataError?
  private let done = DispatchSemaphore(value: 0)

  private init(output: OutputFile, progress: @escaping @Sendable (Int) -> Void) {
    (self.output, self.progress, start) = (output, progress, output.count)
  }

  /// Asks for what comes after the file's end; waits for the answer's end.
  /// - Returns: what went wrong on the way; nil if nothing did.
  /// - Throws: when the file cannot be written.
  static func run(
    _ url: URL, output: OutputFile, timeout: Double, progress: @escaping @Sendable (Int) -> Void
  ) throws(DataError) -> Failure? {
    let transfer = HTTPTransfer(output: output, progress: progress)
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
    guard let response = response as? HTTPURLResponse else {
      failure = Failure(text: "no HTTP answer", mayPass: false)
      return false
    }
    switch response.statusCode {
    case 200:
      // The server knows no ranges, or was not asked for one: everything comes from the start.
      return start == 0 || startOver()
    case 206:
      let range = response.value(forHTTPHeaderField: "Content-Range") ?? ""
      if range.hasPrefix("bytes \(start)-") { return true }
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

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    if let error, failure == nil, diskError == nil {
      failure = Failure(text: error.localizedDescription, mayPass: true)
    }
    done.signal()
  }
}
