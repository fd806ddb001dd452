import Files
import Foundation
import Glibc
import Tensors

/// Environment of one worker: its host, cores, memory and libraries.
public struct WorkerFacts: Codable, Sendable, Equatable {
  /// A version or a build that must be equal on all workers.
  public struct Version: Codable, Sendable, Equatable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  }

  public var host = ""
  /// Numbers of the cores that the worker may run on; empty if the system does not say.
  public var cores: [Int32] = []
  /// Number of the host's cores that are online.
  public var hostCores = 0
  /// Limit of a container's processor time, in cores; nil if there is none.
  public var coreQuota: Double?
  /// OpenBLAS's name for its kernels, and the instruction set of our own.
  public var kernels = ""
  public var ownKernels = ""
  public var blasThreads = 1
  /// A problem with the choice of kernels; nil if there is none.
  public var kernelWarning: String?
  /// Bytes that processes can still allocate, on the host or in the container.
  public var availableMemory: Int?
  /// Bytes that the worker is about to allocate, and that all workers of its host allocate together.
  public var neededMemory = 0
  public var neededHostMemory = 0
  /// Bytes of memory in all, of the host or the container. Available memory may be less only because the system caches files,
  /// which it would drop.
  public var totalMemory: Int?
  /// Limit of a container's memory in bytes; nil if there is none.
  public var memoryLimit: Int?
  /// Size of /dev/shm in bytes.
  public var sharedMemory: Int?
  public var freeSharedMemory: Int?
  public var versions: [Version] = []

  public init() {}

  /// Facts of the calling thread.
  public static func current(versions: [Version]) -> WorkerFacts {
    var facts = WorkerFacts()
    facts.host = hostName()
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
}
