import Glibc

/// A TCP connection between the watches of two ranks. Carries single bytes; neither end ever waits for the other.
struct PeerLink: Sendable {
  enum Message: UInt8 {
    /// Heartbeat: the rank runs.
    case heartbeat = 1
    /// The rank is done; its link's end is not a death.
    case goodbye = 2
    /// The job fails, and this rank has printed the reason.
    case failureIsSaid = 3
    /// The rank was told to stop while the others cannot learn of it over MPI.
    case stop = 4
  }

  let descriptor: Int32

  /// Sends a byte. If the system's buffer is full, the byte is lost: the other end has stopped reading, and has enough
  /// heartbeats in front of it.
  func send(_ message: Message) {
    var byte = message.rawValue
    _ = Glibc.send(descriptor, &byte, 1, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
  }

  /// Reads the bytes that have arrived.
  ///
  /// - Returns: The messages, and whether the other end is still open.
  func receive() -> (messages: [Message], isOpen: Bool) {
    var messages: [Message] = []
    var bytes = [UInt8](repeating: 0, count: 64)
    while true {
      let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
      let failure = errno
      if count == 0 { return (messages, false) }
      if count < 0 && failure != EINTR { return (messages, failure == EAGAIN) }
      messages += bytes.prefix(max(0, count)).compactMap { Message(rawValue: $0) }
    }
  }
}
