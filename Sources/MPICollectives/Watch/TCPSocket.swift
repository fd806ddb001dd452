import Glibc

/// Calls on TCP sockets for setting up the watch. They return descriptors, -1 if the system refuses. No call blocks.
enum TCPSocket {
  /// Bytes that have arrived on a connection.
  enum Reading {
    case bytes([UInt8])
    case closed
  }

  /// Makes a socket that listens on a free port of an address.
  static func listen(at address: InterfaceAddress, backlog: Int) -> (descriptor: Int32, port: UInt16)? {
    let descriptor = make()
    guard descriptor >= 0 else { return nil }
    var name = sockaddr_in(address: address.address, port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        guard bind(descriptor, name, length) == 0, Glibc.listen(descriptor, Int32(backlog)) == 0 else {
          return Int32(-1)
        }
        return getsockname(descriptor, name, &length)
      }
    }
    guard code == 0 else {
      close(descriptor)
      return nil
    }
    return (descriptor, UInt16(bigEndian: name.sin_port))
  }

  /// Accepts the next connection; -1, with the reason in `errno`, if there is none.
  static func accept(from listener: Int32) -> Int32 {
    let descriptor = Glibc.accept(listener, nil, nil)
    guard descriptor >= 0 else { return -1 }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    return descriptor
  }

  /// Starts to connect. Once poll reports the socket writable, `isConnected` returns the result.
  static func beginConnecting(to endpoint: Endpoint) -> Int32 {
    let descriptor = make()
    guard descriptor >= 0 else { return -1 }
    var name = sockaddr_in(address: endpoint.address.address, port: endpoint.port)
    let code = withUnsafeMutablePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if code == 0 || errno == EINPROGRESS || errno == EINTR { return descriptor }
    close(descriptor)
    return -1
  }

  static func isConnected(_ descriptor: Int32) -> Bool {
    var failure: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &length) == 0 && failure == 0
  }

  /// Sends bytes; returns whether all fitted into the system's buffer. The few of a handshake do on every open connection.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    while true {
      let count = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
      if count < 0 && errno == EINTR { continue }
      return count == bytes.count
    }
  }

  /// Reads up to `count` bytes; none if nothing has arrived.
  static func readNow(_ count: Int, from descriptor: Int32) -> Reading {
    var bytes = [UInt8](repeating: 0, count: count)
    while true {
      let length = recv(descriptor, &bytes, count, Int32(MSG_DONTWAIT))
      if length > 0 { return .bytes(Array(bytes.prefix(length))) }
      if length == 0 { return .closed }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .bytes([])
      default: return .closed
      }
    }
  }

  /// Waits until one of `events` occurs, up to a limit; returns false if none does. The system accepts no more entries than a
  /// process may have descriptors, so leave idle ones out. An error counts as a pause, after which callers try again.
  static func wait(for events: inout [pollfd], seconds: Double) -> Bool {
    let count = poll(&events, nfds_t(events.count), Int32(max(0, seconds * 1000).rounded(.up)))
    if count >= 0 { return count > 0 }
    let code = errno
    for index in events.indices { events[index].revents = 0 }
    if code != EINTR { usleep(50_000) }
    return false
  }

  /// Makes a socket that is closed in every program that this one starts, so that the end of this process ends the link.
  private static func make() -> Int32 {
    socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
  }
}

extension sockaddr_in {
  fileprivate init(address: UInt32, port: UInt16) {
    self.init()
    sin_family = sa_family_t(AF_INET)
    sin_port = port.bigEndian
    sin_addr.s_addr = address.bigEndian
  }
}
