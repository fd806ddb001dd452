import CMPI
import Collectives
import Glibc

/// MPI in this process, from start to finalisation. One object a process; all its methods, and those of its
/// communicators, are called from the thread that started it. Behind them a `ProgressThread` may call MPI too.
public final class MPIEnvironment {
  /// Numbered node by node: neighbours share memory where they can. The launcher's own number, unless it dealt the
  /// ranks out to the nodes in turn.
  public let rank: Int
  /// Number of ranks.
  public let size: Int
  /// The machines that the ranks run on.
  public let nodes: NodeMap
  /// The MPI library's name and version; known without starting MPI.
  public static var libraryVersion: String { MPIError.text { _ = cmpi_library_version($0, $1) } }

  private init(rank: Int, size: Int, nodes: NodeMap) {
    (self.rank, self.size, self.nodes) = (rank, size, nodes)
  }

  /// Initialises MPI. All ranks call it, once, at the start of the program.
  ///
  /// - Parameter launcher: What started the process; if it started a number of processes that MPI does not see,
  ///   they belong to different MPIs, and the error says so.
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

  /// Open MPI's settings are for programs that wait for one message at a time. What the environment or mpirun's options
  /// say stays; a file of parameters (mca-params.conf) does not.
  ///
  /// - Messages go as fragments (`send`), not as one piece that the receiver asks for (`put`): that piece holds up what the
  ///   other rank asks for in its turn, so that only one direction of a link may be in use at a time. (21 MB between two
  ///   hosts at 1 Gbit/s: 180 to 348 ms with it, 180 without; a step of mlp-1024x3 at 10 Gbit/s: 58 and 51. Fragments are
  ///   copied once more, which costs where a link is as fast as memory: MPI's own sum of 4 MiB over the loopback interface
  ///   takes 3.5 ms instead of 2.)
  /// - A rank that computes makes progress every few milliseconds: until then whole megabytes must be on their way, in
  ///   fragments (16 of 1 MiB a message) and in what the system buffers. Buffers are left to the system where it would cut
  ///   them down.
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

  /// A communicator whose workers are the ranks, over `shards` shards (at least one a rank).
  public func communicator(shards: Int) -> MPICommunicator {
    MPICommunicator(rank: rank, layout: ShardLayout(shards: shards, workers: size), nodes: nodes.islands)
  }

  /// For tests: ranks that share memory as told, and messages cut so short that short buffers take every path. The
  /// same on all ranks.
  package func communicator(shards: Int, nodes: Islands, pieceLimit: Int) -> MPICommunicator {
    MPICommunicator(
      rank: rank, layout: ShardLayout(shards: shards, workers: size), nodes: nodes, pieceLimit: pieceLimit)
  }

  /// Ends MPI. Collective: all ranks call it, last thing before they exit.
  public func finalize() throws {
    try check(cmpi_finalize(), "MPI_Finalize", rank: rank)
  }

  /// Ends all ranks with an exit code other than 0 on which they agree. Collective: all ranks call it, last thing of all. Returns
  /// where they are to exit by themselves.
  ///
  /// mpirun explains a rank that exits with another code than 0 in two boxes, under which the program's own last line is buried. It
  /// says nothing of one that calls MPI_Abort.
  public func end(exitCode: Int32, launcher: MPILauncher) throws {
    // Ranks print, and rank 0 writes its files, before the first of them ends the job.
    try communicator(shards: size).barrier()
    if launcher.name == "mpirun" { abort(exitCode: exitCode) }
    try finalize()
  }

  /// Ends all ranks at once; the launcher's exit code is `exitCode`. For a rank that cannot go on: one that just
  /// went quiet would hang the others for ever.
  public func abort(exitCode: Int32) -> Never {
    cmpi_abort(exitCode)
    exit(exitCode)
  }
}
