import Foundation
import Glibc
import Tensors

/// Surroundings of one worker: its host, the cores it may use, memory, and the libraries it computes with.
public struct WorkerFacts: Codable, Sendable, Equatable {
  /// A version or a build that must be the same for all workers.
  public struct Version: Codable, Sendable, Equatable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  }

  public var host = ""
  /// Numbers of the cores that the worker may run on; empty where the system does not say.
  public var cores: [Int32] = []
  /// Cores of the host that are online.
  public var hostCores = 0
  /// Cores' worth of time that a container may use, nil for any.
  public var coreQuota: Double?
  /// OpenBLAS's name for its kernels, and the level of our own.
  public var kernels = ""
  public var ownKernels = ""
  public var blasThreads = 1
  /// A problem with the choice of kernels; nil if there is none.
  public var kernelWarning: String?
  /// Bytes that processes may still take: the host's, or what is left to the container.
  public var availableMemory: Int?
  /// Bytes that the worker is about to take, and those that it takes together with the others of its host.
  public var neededMemory = 0
  public var neededHostMemory = 0
  /// Bytes that there are in all, of the host or for the container. What is available of them may be less only because
  /// the system keeps files in memory that it would give up.
  public var totalMemory: Int?
  /// Bytes that a container may use in all, nil for any.
  public var memoryLimit: Int?
  /// Bytes of /dev/shm.
  public var sharedMemory: Int?
  public var freeSharedMemory: Int?
  public var versions: [Version] = []

  public init() {}

  /// Facts of the calling thread.
  public static func current(versions: [Version]) -> WorkerFacts {
    var facts = WorkerFacts()
    facts.host = hostName
    facts.cores = CoreBinding.allowedCores
    facts.hostCores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    (facts.kernels, facts.ownKernels) = (BLAS.coreName, ProcessorFeatures.kernelLevel)
    (facts.blasThreads, facts.kernelWarning) = (BLAS.threadCount, BLAS.kernelWarning)
    let group = ControlGroup.ofThisProcess()
    (facts.coreQuota, facts.memoryLimit) = (group.coreQuota, group.memoryLimit)
    let lines = SystemFile.lines("/proc/meminfo")
    func bytes(_ name: String) -> Int? {
      lines.first { $0.hasPrefix(name + ":") }.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap {
        Int($0)
      }
      .map { $0 * 1024 }
    }
    facts.availableMemory = [bytes("MemAvailable"), group.memoryLeft].compactMap { $0 }.min()
    facts.totalMemory = [bytes("MemTotal"), group.memoryLimit].compactMap { $0 }.min()
    var volume = statvfs()
    if statvfs("/dev/shm", &volume) == 0 {
      facts.sharedMemory = Int(volume.f_blocks) * Int(volume.f_frsize)
      facts.freeSharedMemory = Int(volume.f_bavail) * Int(volume.f_frsize)
    }
    facts.versions = versions
    return facts
  }

  private static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
