import Glibc

/// The few calls on TCP sockets that setting up the watch takes. Descriptors; -1 where the system refuses.
enum TCPSocket {
  /// A socket that listens on a free port of all interfaces.
  static func listen(backlog: Int) -> (descriptor: Int32, port: UInt16)? {
    let descriptor = make()
    guard descriptor >= 0 else { return nil }
    var name = sockaddr_in(address: 0, port: 0)
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

  /// - Parameter milliseconds: How long to wait for an answer; what lies behind a firewall never gives one.
  static func connect(to address: InterfaceAddress, port: UInt16, milliseconds: Int32) -> Int32? {
    let descriptor = make(SOCK_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    var name = sockaddr_in(address: address.address, port: port)
    let code = withUnsafeMutablePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    var failure: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard code == 0 || errno == EINPROGRESS, poll(&event, 1, milliseconds) == 1,
      getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &length) == 0, failure == 0
    else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  /// Exactly `count` bytes, or nil if they do not come within `milliseconds` a piece.
  static func read(_ count: Int, from descriptor: Int32, milliseconds: Int32) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count < count {
      var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&event, 1, milliseconds) == 1 else { return nil }
      var piece = [UInt8](repeating: 0, count: count - bytes.count)
      let length = recv(descriptor, &piece, piece.count, 0)
      guard length > 0 else { return nil }
      bytes += piece.prefix(length)
    }
    return bytes
  }

  /// Closed in every program that this one starts, so that its end is the link's end.
  private static func make(_ more: __socket_type = __socket_type(rawValue: 0)) -> Int32 {
    socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | more.rawValue), 0)
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
