/// Address and port at which a rank listens.
struct Endpoint: Equatable {
  let address: InterfaceAddress
  let port: UInt16

  var text: String { "\(address.text).\(port)" }

  init(address: InterfaceAddress, port: UInt16) { (self.address, self.port) = (address, port) }

  init?(text: some StringProtocol) {
    guard let dot = text.lastIndex(of: "."), let address = InterfaceAddress(text: text[..<dot]),
      let port = UInt16(text[text.index(after: dot)...])
    else { return nil }
    self.init(address: address, port: port)
  }
}
