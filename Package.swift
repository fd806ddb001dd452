// swift-tools-version: 6.1
import PackageDescription

/// Set for development and by `launch/test`. SwiftPM refuses a package with flags like these as a dependency of another.
let isStrict = Context.environment["LOCKSTEP_STRICT"] != nil

/// Warnings of our own targets become errors (dependencies keep theirs).
let swiftSettings: [SwiftSetting] = isStrict ? [.unsafeFlags(["-warnings-as-errors"])] : []

/// Kernels are optimised in debug builds too, as in release builds: tests then train real, if small, networks.
let cSettings: [CSetting] =
  isStrict ? [.unsafeFlags(["-Wall", "-Werror"]), .unsafeFlags(["-O2"], .when(configuration: .debug))] : []

let oneDNN: TargetDependency = .target(name: "COneDNN", condition: .when(traits: ["OneDNN"]))

typealias TargetDependency = Target.Dependency

func module(_ name: String, _ dependencies: [TargetDependency], resources: [Resource]? = nil) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

func tests(of name: String, _ dependencies: [TargetDependency] = [], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name)] + dependencies, resources: resources,
    swiftSettings: swiftSettings)
}

let package = Package(
  name: "Lockstep",
  products: [
    .executable(name: "lockstep", targets: ["lockstep"]),
    .library(
      name: "Lockstep",
      targets: [
        "Tensors", "Autograd", "NeuralNetworks", "DataPipeline", "Collectives", "Checkpoints", "RunSettings",
        "Inference",
        "Training",
      ]),
    // Ranks under mpirun.
    .library(name: "LockstepMPI", targets: ["MPICollectives", "Diagnostics"]),
  ],
  traits: [
    .trait(name: "OneDNN", description: "Convolution and packed products through oneDNN (libdnnl)."),
    .default(enabledTraits: ["OneDNN"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C libraries, each imported by one Swift module.
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "COpenMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(name: "CLibDNNL", providers: [.apt(["libdnnl-dev"])]),
    .systemLibrary(name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CLibWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
    .systemLibrary(name: "CLibTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
    .systemLibrary(name: "CGIFLib", providers: [.apt(["libgif-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CMPI", dependencies: ["COpenMPI"], cSettings: cSettings),
    .target(
      name: "COneDNN", dependencies: ["CLibDNNL"], cSettings: cSettings,
      linkerSettings: [.linkedLibrary("dnnl")]),
    .target(
      name: "CImageFiles", dependencies: ["CLibJPEG", "CLibPNG", "CLibWebP", "CLibTIFF", "CGIFLib", "CZlib"],
      cSettings: cSettings, linkerSettings: [.linkedLibrary("gif")]),
    .target(name: "CKernels", cSettings: cSettings),
    .target(name: "CSignals", cSettings: cSettings),
    // Acts by being linked into an executable.
    .target(name: "CProcessStart", cSettings: cSettings),
    .target(name: "CSharedMemory", cSettings: cSettings),

    // The layers of the trainer, lowest first; imports point up this list only.
    module("PlainText", []),
    module("Files", ["PlainText", "CSignals"]),
    module("JSON", ["PlainText"]),
    module("Charts", ["PlainText", "JSON"]),
    module("Hashing", ["PlainText", "CKernels", "CZlib"]),
    module("Configuration", ["PlainText", "Yams"]),
    module("Tensors", ["Hashing", "CKernels", "COpenBLAS", "CSignals", oneDNN]),
    module("Autograd", ["CKernels", "Tensors"]),
    module("NeuralNetworks", ["PlainText", "Configuration", "Tensors", "Autograd", "CKernels"]),
    module(
      "DataPipeline",
      ["PlainText", "Files", "Hashing", "Configuration", "Tensors", "CImageFiles", "CKernels", "CSignals"],
      resources: [.copy("Resources")]),
    module("Collectives", ["Tensors", "CKernels", "CSharedMemory", "CSignals"]),
    module("MPICollectives", ["Hashing", "Tensors", "Collectives", "CMPI"]),
    module("Diagnostics", ["Files", "Tensors", "Collectives"]),
    module("Checkpoints", ["PlainText", "Files", "JSON", "Hashing", "Tensors"]),
    module("RunSettings", ["Configuration", "NeuralNetworks", "DataPipeline", "Checkpoints"]),
    module(
      "Inference",
      [
        "PlainText", "Tensors", "Autograd", "Configuration", "NeuralNetworks", "DataPipeline", "Collectives",
        "Checkpoints", "RunSettings",
      ]),
    module(
      "Training",
      [
        "PlainText", "Files", "JSON", "Charts", "Hashing", "Configuration", "Tensors", "Autograd", "NeuralNetworks",
        "DataPipeline", "Collectives", "Checkpoints", "RunSettings", "Inference", "CKernels", "CSignals",
      ]),
    .executableTarget(
      name: "lockstep",
      dependencies: [
        "PlainText", "Files", "JSON", "Charts", "Configuration", "Tensors", "DataPipeline", "NeuralNetworks",
        "Collectives",
        "MPICollectives", "Diagnostics", "Checkpoints", "RunSettings", "Inference", "Training", "CProcessStart",
        "CSignals",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swiftSettings),

    // Gradient checks and goldens, shared by the tests of operations and of networks.
    .target(
      name: "TestSupport", dependencies: ["CKernels", "Tensors", "Autograd"], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),

    tests(of: "PlainText"),
    tests(of: "Files"),
    tests(of: "JSON"),
    tests(of: "Charts", ["JSON"]),
    tests(of: "Hashing", ["PlainText"]),
    tests(of: "Tensors", ["CKernels", "TestSupport"]),
    tests(of: "Autograd", ["Tensors", "CKernels", "TestSupport"], resources: [.copy("Resources")]),
    tests(
      of: "NeuralNetworks", ["Configuration", "Tensors", "Autograd", "TestSupport"], resources: [.copy("Resources")]),
    tests(
      of: "DataPipeline", ["PlainText", "Files", "Hashing", "Configuration", "Tensors"],
      resources: [.copy("Resources")]),
    tests(of: "Collectives", ["Tensors", "MPICollectives", "CollectivesTestSupport", "collectives-selftest"]),
    // Checks that run on threads inside the tests and, through an executable, under mpirun.
    .target(
      name: "CollectivesTestSupport", dependencies: ["Collectives", "Tensors"],
      path: "Tests/CollectivesTestSupport", swiftSettings: swiftSettings),
    .executableTarget(
      name: "collectives-selftest", dependencies: ["Collectives", "MPICollectives", "CollectivesTestSupport"],
      path: "Tests/collectives-selftest", swiftSettings: swiftSettings),
    tests(of: "Diagnostics", ["Collectives", "Tensors"]),
    tests(of: "Checkpoints", ["Files", "JSON", "Hashing", "Tensors"], resources: [.copy("Resources")]),
    tests(of: "RunSettings", ["NeuralNetworks", "DataPipeline", "Configuration", "Tensors"]),
    tests(of: "Inference", ["Autograd", "NeuralNetworks", "DataPipeline", "Collectives", "Tensors"]),
    tests(
      of: "Training",
      [
        "PlainText", "JSON", "Charts", "Autograd", "NeuralNetworks", "DataPipeline", "Collectives", "Checkpoints",
        "Configuration",
        "Tensors", "RunSettings", "Inference",
      ],
      resources: [.copy("Resources")]),
    // Trains under mpirun with a fault that the product has no way to make.
    .executableTarget(
      name: "training-selftest",
      dependencies: ["RunSettings", "Training", "Collectives", "MPICollectives", "CProcessStart"],
      path: "Tests/training-selftest", swiftSettings: swiftSettings),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["lockstep", "Charts", "RunSettings", "Inference", "Training", "training-selftest"],
      swiftSettings: swiftSettings),
  ],
  swiftLanguageModes: [.v6]
)

// Links libFuzzer, which only a build for fuzzing has: see Tests/fuzz/run.
if Context.environment["LOCKSTEP_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "CImageFiles", "CZlib", "Charts", "Checkpoints", "Collectives", "Configuration", "DataPipeline", "Hashing",
        "JSON",
        "MPICollectives", "RunSettings", "Tensors", "Training",
      ], path: "Tests/fuzz", exclude: ["run", "seeds", "leaks.txt"], swiftSettings: swiftSettings))
}
