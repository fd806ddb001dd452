/// Launcher of this process, found in the environment. MPI is initialised only under a launcher of ranks, because that takes
/// about 0.3 s, and because a login node may not allow it at all.
public struct MPILauncher: Sendable, Equatable {
  /// The launcher's name for messages.
  public let name: String
  /// Number of processes that it started, if it says so.
  public let processes: Int?
  /// This process's number among them, known before MPI starts; nil if the launcher does not say.
  public let rank: Int?

  /// The launcher of this process, or nil if it was started by hand.
  ///
  /// A Slurm job (`SLURM_JOB_ID` in a batch script or an interactive allocation) launches no ranks; only `srun` does. `srun` with
  /// several tasks counts even without a process manager for MPI (`--mpi=none`): `MPIEnvironment.start` then refuses to go on,
  /// since every task would train the same run.
  public init?(environment: [String: String]) {
    func number(_ key: String) -> Int? { environment[key].flatMap { Int($0) } }
    let slurmTasks = Self.isInSlurmStep(environment) ? number("SLURM_STEP_NUM_TASKS") : nil
    if let size = number("OMPI_COMM_WORLD_SIZE") {
      self.init(name: "mpirun", processes: size, rank: number("OMPI_COMM_WORLD_RANK"))
    } else if environment["PMIX_RANK"] != nil {
      self.init(
        name: slurmTasks == nil ? "PMIx launcher" : "srun", processes: slurmTasks, rank: number("PMIX_RANK"))
    } else if environment["PMI_RANK"] != nil {
      self.init(
        name: slurmTasks == nil ? "PMI launcher" : "srun", processes: number("PMI_SIZE") ?? slurmTasks,
        rank: number("PMI_RANK"))
    } else if let tasks = slurmTasks, tasks > 1 {
      self.init(name: "srun", processes: tasks, rank: number("SLURM_PROCID"))
    } else {
      return nil
    }
  }

  /// Whether a launcher of ranks started the process that has this environment.
  public static func isPresent(environment: [String: String]) -> Bool {
    MPILauncher(environment: environment) != nil
  }

  private init(name: String, processes: Int?, rank: Int?) {
    (self.name, self.processes, self.rank) = (name, processes, rank)
  }

  /// Slurm's steps for a batch script and for external processes have these numbers instead of 0, 1, ….
  private static func isInSlurmStep(_ environment: [String: String]) -> Bool {
    guard let text = environment["SLURM_STEP_ID"] ?? environment["SLURM_STEPID"], let step = UInt32(text) else {
      return false
    }
    return step < 0xffff_fff0
  }
}
