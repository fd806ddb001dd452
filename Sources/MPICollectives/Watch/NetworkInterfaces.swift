import Glibc

/// An IPv4 address of this machine, or of another, with the subnet it lies in. Numbers in host byte order.
struct InterfaceAddress: Equatable {
  let address: UInt32
  let mask: UInt32

  var isLoopback: Bool { address >> 24 == 127 }
  var text: String { "\(address).\(mask)" }

  init(address: UInt32, mask: UInt32) { (self.address, self.mask) = (address, mask) }

  init?(text: some StringProtocol) {
    let parts = text.split(separator: ".").compactMap { UInt32($0) }
    guard parts.count == 2 else { return nil }
    self.init(address: parts[0], mask: parts[1])
  }

  /// Whether `other` can be reached without a router.
  func sharesSubnet(with other: InterfaceAddress) -> Bool {
    mask == other.mask && address & mask == other.address & mask
  }

  static let loopback = InterfaceAddress(address: 0x7F00_0001, mask: 0xFF00_0000)

  /// Of all interfaces that are up, the loopback interface left out.
  static func ofThisMachine() -> [InterfaceAddress] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var found: [InterfaceAddress] = []
    var next = list
    while let interface = next?.pointee {
      next = interface.ifa_next
      guard interface.ifa_flags & UInt32(IFF_UP) != 0, let address = number(interface.ifa_addr),
        let mask = number(interface.ifa_netmask)
      else { continue }
      found.append(InterfaceAddress(address: address, mask: mask))
    }
    return found.filter { !$0.isLoopback }
  }

  private static func number(_ socketAddress: UnsafeMutablePointer<sockaddr>?) -> UInt32? {
    guard let socketAddress, socketAddress.pointee.sa_family == sa_family_t(AF_INET) else { return nil }
    return socketAddress.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
      UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
    }
  }

  /// Where to look for a process that says it has `theirs`, likeliest first.
  ///
  /// An address that this machine has too (every machine's container bridge has the same) is not the way to another node.
  static func candidates(for theirs: [InterfaceAddress], own: [InterfaceAddress], onSameNode: Bool)
    -> [InterfaceAddress]
  {
    if onSameNode { return [.loopback] + theirs }
    let foreign = theirs.filter { their in !own.contains { $0.address == their.address } }
    let isNear = { (their: InterfaceAddress) in own.contains { $0.sharesSubnet(with: their) } }
    return foreign.filter(isNear) + foreign.filter { !isNear($0) }
  }
}
