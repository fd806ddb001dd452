import Glibc

/// An IPv4 address of this or another machine, with its subnet. Numbers in host byte order.
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

  /// Addresses of the interfaces that MPI's messages use: those in `btl_tcp_if_include`, given as names (eth0) or subnets
  /// (10.0.0.0/16); all, if it names none of this machine.
  static func forMessages(included: String? = getenv("OMPI_MCA_btl_tcp_if_include").map { String(cString: $0) })
    -> [InterfaceAddress]
  {
    let all = namedAddresses()
    let words = (included ?? "").split(separator: ",")
    let chosen = all.filter { name, address in words.contains { $0 == name || address.lies(inSubnet: $0) } }
    return (chosen.isEmpty ? all : chosen).map(\.address)
  }

  /// Whether `text`, such as 10.0.0.0/16, is a subnet that contains this address.
  func lies(inSubnet text: some StringProtocol) -> Bool {
    let parts = text.split(separator: "/", maxSplits: 1)
    let numbers = (parts.first ?? "").split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard parts.count == 2, let bits = UInt32(parts[1]), bits <= 32, numbers.count == 4 else { return false }
    var network: UInt32 = 0
    for number in numbers {
      guard let number else { return false }
      network = network << 8 | UInt32(number)
    }
    // A shift by 32 bits gives 0.
    let mask = ~UInt32(0) << (32 - bits)
    return address & mask == network & mask
  }

  /// Addresses of all interfaces that are up, except the loopback interface.
  private static func namedAddresses() -> [(name: String, address: InterfaceAddress)] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var found: [(name: String, address: InterfaceAddress)] = []
    var next = list
    while let interface = next?.pointee {
      next = interface.ifa_next
      guard interface.ifa_flags & UInt32(IFF_UP) != 0, let address = number(interface.ifa_addr),
        let mask = number(interface.ifa_netmask)
      else { continue }
      found.append((String(cString: interface.ifa_name), InterfaceAddress(address: address, mask: mask)))
    }
    return found.filter { !$0.address.isLoopback }
  }

  private static func number(_ socketAddress: UnsafeMutablePointer<sockaddr>?) -> UInt32? {
    guard let socketAddress, socketAddress.pointee.sa_family == sa_family_t(AF_INET) else { return nil }
    return socketAddress.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
      UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
    }
  }

  /// Addresses at which to try a process that reports `theirs`, most likely first.
  ///
  /// An address that this machine has too does not lead to another node: every machine's container bridge has the same.
  static func candidates(for theirs: [InterfaceAddress], own: [InterfaceAddress], onSameNode: Bool)
    -> [InterfaceAddress]
  {
    if onSameNode { return [.loopback] }
    let foreign = theirs.filter { their in !own.contains { $0.address == their.address } }
    let isNear = { (their: InterfaceAddress) in own.contains { $0.sharesSubnet(with: their) } }
    return foreign.filter(isNear) + foreign.filter { !isNear($0) }
  }
}
