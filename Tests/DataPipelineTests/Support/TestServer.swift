import Foundation
import Synchronization

/// A small HTTP/1.1 server on the loopback address, one request a connection, for downloads in tests.
final class TestServer: Sendable {
  struct Answer: Sendable {
    var body: [UInt8]
    /// Bytes of the body after which the connection is cut; one number for each request, the last one unlimited.
    var cuts: [Int] = []
    var honoursRanges = true
    /// Status for the first requests, before the file is served.
    var failures: [Int] = []
    /// Leaves the length open: the body ends with the connection.
    var hidesLength = false
    /// Where a client is sent instead.
    var redirect: String?
  }

  private struct State {
    var answers: [String: Answer] = [:]
    var requests: [String] = []
  }

  private let state = Mutex(State())
  private let descriptor: Int32
  let port: UInt16

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isReady = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isReady else { throw POSIXError(.EADDRNOTAVAIL) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in serve() }
  }

  /// Ends the server; its thread then lets go of it.
  func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  func serve(_ path: String, _ answer: Answer) { state.withLock { $0.answers[path] = answer } }

  func address(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

  /// "PATH RANGE" of each request so far; RANGE is empty without one.
  var requests: [String] { state.withLock { $0.requests } }

  private func serve() {
    while true {
      let connection = accept(descriptor, nil, nil)
      guard connection >= 0 else { break }
      answer(connection)
      shutdown(connection, Int32(SHUT_RDWR))
      close(connection)
    }
    close(descriptor)
  }

  private func answer(_ connection: Int32) {
    guard let head = readHead(connection) else { return }
    let path = String(head.split(separator: " ").dropFirst().first ?? "")
    let range = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("range: bytes=") }
      .map { String($0.dropFirst("range: bytes=".count)) }
    let (found, cut, failure) = state.withLock { state -> (Answer?, Int?, Int?) in
      state.requests.append("\(path) \(range ?? "")")
      guard var answer = state.answers[path] else { return (nil, nil, nil) }
      let failure = answer.failures.isEmpty ? nil : answer.failures.removeFirst()
      let cut = failure != nil || answer.cuts.isEmpty ? nil : answer.cuts.removeFirst()
      state.answers[path] = answer
      return (answer, cut, failure)
    }
    guard let found else { return send(connection, "404 Not Found", [], []) }
    if let failure { return send(connection, "\(failure) Failure", [], []) }
    if let target = found.redirect { return send(connection, "302 Found", ["Location: \(target)"], []) }
    let start = found.honoursRanges ? range.flatMap { Int($0.dropLast()) } ?? 0 : 0
    guard start < found.body.count else { return send(connection, "416 Range Not Satisfiable", [], []) }
    let body = found.body[start...]
    let headers = start > 0 ? ["Content-Range: bytes \(start)-\(found.body.count - 1)/\(found.body.count)"] : []
    send(
      connection, start > 0 ? "206 Partial Content" : "200 OK", headers, body.prefix(cut ?? .max),
      length: body.count, hidesLength: found.hidesLength)
  }

  private func readHead(_ connection: Int32) -> String? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while bytes.suffix(4) != [13, 10, 13, 10] {
      guard read(connection, &byte, 1) == 1 else { return nil }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func send(
    _ connection: Int32, _ status: String, _ headers: [String], _ body: ArraySlice<UInt8>, length: Int? = nil,
    hidesLength: Bool = false
  ) {
    let size = hidesLength ? [] : ["Content-Length: \(length ?? body.count)"]
    let lines = ["HTTP/1.1 \(status)", "Connection: close"] + size + headers
    var bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    while !bytes.isEmpty {
      let sent = Foundation.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
      guard sent > 0 else { return }
      bytes.removeFirst(sent)
    }
  }
}
