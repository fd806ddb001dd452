import Configuration

/// Command-line options of other libraries, and the corresponding ones here.
public enum ForeignOptions {
  private static let options: [(names: [String], hint: String)] = [
    (
      ["numworkers", "nproc", "nprocpernode", "nprocs", "threads", "jobs", "numprocesses", "devices"],
      "--workers N, or mpirun -np N"
    ),
    (["outputdir", "output", "out", "logdir", "savedir", "outdir", "workdir"], "--run-dir DIR"),
    (["datadir", "datapath", "dataroot", "datasetdir"], "--data DIR"),
    (
      ["checkpoint", "ckpt", "resumefrom", "resumefromcheckpoint", "ckptpath", "loadcheckpoint"], "--resume CHECKPOINT"
    ),
    (["config", "configfile", "cfg"], "the configuration is an argument of its own: lockstep train FILE"),
    (["gpus", "gpu", "device", "accelerator", "cuda"], "Lockstep trains on CPUs; leave it out"),
    (["override", "overrides", "opts", "option"], "--set a.b=value"),
    (["maxnewtokens", "numtokens", "maxtokens"], "--length N"),
    (["temp"], "--temperature T"),
  ]

  /// Replacement for an unknown option: `--epochs` is a key of the configuration.
  ///
  /// - Parameter option: without its dashes.
  public static func hint(for option: String) -> String? {
    let folded = NearestWord.folded(option)
    if let known = options.first(where: { $0.names.contains(folded) }) { return known.hint }
    let own = RunConfiguration.knownPaths.filter { path in
      path.split(separator: ".").last.map { NearestWord.folded(String($0)) == folded } ?? false
    }
    if own.count == 1 { return "--set \(own[0])=…" }
    return ForeignNames.common.path(of: option).map { "--set \($0)=…" }
      ?? (own.isEmpty ? nil : own.map { "--set \($0)=…" }.joined(separator: " or "))
  }
}
