import CMPI
import Collectives
import Glibc

/// MPI in this process, from start to finalisation. A process has one object. All of its methods, and those of its
/// communicators, are called from the thread that started it; a `ProgressThread` may call MPI as well.
public final class MPIEnvironment {
  /// This rank's number. Ranks are numbered node by node, so that neighbours share memory. That is the launcher's numbering
  /// unless it assigns ranks to nodes in turn.
  public let rank: Int
  /// Number of ranks.
  public let size: Int
  /// The ranks' nodes.
  public let nodes: NodeMap
  /// Name and version of the MPI library; available without starting MPI.
  public static var libraryVersion: String { MPIError.text { _ = cmpi_library_version($0, $1) } }

  private init(rank: Int, size: Int, nodes: NodeMap) {
    (self.rank, self.size, self.nodes) = (rank, size, nodes)
  }

  /// Initialises MPI. All ranks call it, once, at the start of the program.
  ///
  /// - Parameter launcher: The process's launcher. If it started another number of processes than MPI sees, launcher and library
  ///   belong to different MPIs, and the error says so.
  public static func start(launcher: MPILauncher) throws -> MPIEnvironment {
    precondition(!cmpi_was_started(), "MPI was started twice in one process")
    tuneTCP()
    try check(cmpi_init(), "MPI_Init_thread")
    var rank: Int32 = 0
    var size: Int32 = 0
    try check(cmpi_rank(&rank), "MPI_Comm_rank")
    try check(cmpi_size(&size), "MPI_Comm_size", rank: Int(rank))
    if let processes = launcher.processes, processes != Int(size) {
      throw MPIError(
        call: "MPI_Init_thread", message: "\(launcher.name) started \(processes) processes, MPI sees \(size)",
        rank: Int(rank),
        hint: "start with the mpirun of \(libraryVersion), or with srun --mpi=pmix")
    }
    let nodes = try NodeMap.inOrderOfNodes(rank: &rank, size: Int(size))
    return MPIEnvironment(rank: Int(rank), size: Int(size), nodes: nodes)
  }

  /// Changes settings of Open MPI that suit programs which wait for one message at a time. Settings in the environment or in
  /// mpirun's options stay; those in a file (mca-params.conf) are overridden.
  ///
  /// - Messages are sent as fragments (`send`), not as one piece that the receiver asks for (`put`): such a piece delays the
  ///   requests of the other rank, so only one direction of a link may be in use at a time. (21 MB between two hosts at
  ///   1 Gbit/s: 180 to 348 ms with pieces, 180 with fragments; a step of mlp-1024x3 at 10 Gbit/s: 58 and 51. Fragments are
  ///   copied once more, which matters if a link is as fast as memory: MPI's own sum of 4 MiB over the loopback interface takes
  ///   3.5 ms instead of 2.)
  /// - A rank that computes makes progress every few milliseconds. Until then whole megabytes must be in transit, in fragments
  ///   (16 of 1 MiB for each message) and in the system's buffers. Buffer sizes are not set if the system would reduce them.
  private static func tuneTCP() {
    setenv("OMPI_MCA_btl_tcp_flags", "send,inplace,need-ack,need-csum,hetero-rdma", 0)
    setenv("OMPI_MCA_btl_tcp_max_send_size", "\(1 << 20)", 0)
    setenv("OMPI_MCA_pml_ob1_send_pipeline_depth", "16", 0)
    let size = 4 << 20
    for (name, limit) in [("sndbuf", "wmem_max"), ("rcvbuf", "rmem_max")] where systemLimit(limit) >= size {
      setenv("OMPI_MCA_btl_tcp_\(name)", "\(size)", 0)
    }
  }

  private static func systemLimit(_ name: String) -> Int {
    guard let file = fopen("/proc/sys/net/core/\(name)", "r") else { return 0 }
    defer { fclose(file) }
    var text = [CChar](repeating: 0, count: 32)
    return fgets(&text, 31, file) == nil ? 0 : atol(text)
  }

  /// A communicator whose workers are the ranks, over `shards` shards (at least one for each rank).
  public func communicator(shards: Int) -> MPICommunicator {
    MPICommunicator(rank: rank, layout: ShardLayout(shards: shards, workers: size), nodes: nodes.nodeGroups)
  }

  /// For tests: chooses which ranks share memory, and cuts messages so short that small buffers take every path. Arguments are
  /// the same on all ranks.
  package func communicator(shards: Int, nodes: NodeGroups, pieceLimit: Int) -> MPICommunicator {
    MPICommunicator(
      rank: rank, layout: ShardLayout(shards: shards, workers: size), nodes: nodes, pieceLimit: pieceLimit)
  }

  /// Ends MPI. Collective: all ranks call it right before they exit.
  public func finalize() throws {
    try check(cmpi_finalize(), "MPI_Finalize", rank: rank)
  }

  /// Ends all ranks with an exit code other than 0 on which they agree. Collective: all ranks call it right before they exit.
  /// Returns if they must exit by themselves.
  ///
  /// mpirun prints two boxes about a rank that exits with a code other than 0, which bury the program's own last line. About a
  /// rank that calls MPI_Abort it prints nothing.
  public func end(exitCode: Int32, launcher: MPILauncher) throws {
    // All ranks finish printing, and rank 0 its files, before the first one ends the job.
    try communicator(shards: size).barrier()
    if launcher.name == "mpirun" { abort(exitCode: exitCode) }
    try finalize()
  }

  /// Ends all ranks at once; the launcher's exit code is `exitCode`. For a rank that cannot continue: if it merely stopped, the
  /// others would hang for ever.
  public func abort(exitCode: Int32) -> Never {
    cmpi_abort(exitCode)
    exit(exitCode)
  }
}
