// swift-tools-version: 6.1
import PackageDescription

/// Lockstep's repository; without it, the folder that this example lies in.
let url = Context.environment["LOCKSTEP_URL"]

let package = Package(
  name: "TrainOnArrays",
  dependencies: [
    url.map { .package(url: $0, from: "1.0.0") } ?? .package(name: "lockstep", path: "../..")
  ],
  targets: [
    .executableTarget(name: "TrainOnArrays", dependencies: [.product(name: "Lockstep", package: "lockstep")])
  ],
  swiftLanguageModes: [.v6]
)
