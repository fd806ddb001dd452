import Glibc

/// The launcher's process on this node, the parent of its ranks: Open MPI's mpirun or its daemon.
enum LauncherProcess {
  /// Names as in `/proc/PID/comm`. Slurm's process is not among them, since Slurm itself notices lost nodes.
  private static let names = ["mpirun", "mpiexec", "orterun", "orted", "prterun", "prted"]

  /// Starts a process that kills the launcher's process on this node unless that ends by itself within seconds.
  ///
  /// Over a cut link, the two ends of an Open MPI job wait for each other for ever, even after all ranks have ended and after
  /// SIGTERM.
  static func endSoon() {
    guard let launcher = nearestAncestor() else { return }
    let script = #"sleep \#(patience); [ "$(cat /proc/$0/comm 2>/dev/null)" != "$1" ] || kill -KILL $0"#
    spawn("/bin/sh", ["sh", "-c", script, "\(launcher.process)", launcher.name])
  }

  /// Seconds to wait; a launcher takes two to end its ranks.
  private static let patience = 5

  private static func nearestAncestor() -> (process: Int, name: String)? {
    var process = Int(getppid())
    while process > 1 {
      // 7 (a name) S 1 …: the name may contain anything, so it ends at the last parenthesis.
      guard let status = contents(of: "/proc/\(process)/stat"), let open = status.firstIndex(of: "("),
        let close = status.lastIndex(of: ")")
      else { return nil }
      let name = String(status[status.index(after: open)..<close])
      if names.contains(name) { return (process, name) }
      process = status[close...].split(separator: " ").dropFirst(2).first.flatMap { Int($0) } ?? 0
    }
    return nil
  }

  private static func contents(of path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let length = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(length), as: UTF8.self)
  }

  /// Starts a process in its own session, so that no signal to the ranks reaches it, and without their pipes, since readers
  /// wait for those to be closed.
  private static func spawn(_ program: String, _ arguments: [String]) {
    var files = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&files)
    posix_spawnattr_init(&attributes)
    // Signals as in a process started by hand: in this process some are blocked, and SIGPIPE is ignored.
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    // POSIX_SPAWN_SETSID, which glibc declares only for programs that ask for its extensions.
    let flags = 0x80 | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))
    for (descriptor, mode) in [(STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_WRONLY), (STDERR_FILENO, O_WRONLY)] {
      posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", mode, 0)
    }
    let words = arguments.map { strdup($0) } + [nil]
    posix_spawn(nil, program, &files, &attributes, words, environ)
  }
}
