import Foundation

/// Finds where the launcher sends the output of ranks.
///
/// Open MPI gives every rank a pseudo-terminal, whatever mpirun's own output is. So a rank looks at the output of the launcher: its
/// nearest ancestor process with a different standard output. On hosts other than mpirun's, that is Open MPI's daemon, which has
/// no terminal.
enum LauncherOutput {
  /// Opens the launcher's terminal, until the process ends; nil if the launcher's output is not a terminal, or cannot be
  /// found.
  static func openTerminal() -> Int32? {
    guard let own = identity(of: "/proc/self/fd/1") else { return nil }
    var process = getppid()
    while process > 0 {
      let path = "/proc/\(process)/fd/1"
      guard let output = identity(of: path) else { return nil }
      if output != own { return output.isDevice ? openIfTerminal(path) : nil }
      process = parent(of: process)
    }
    return nil
  }

  private struct Identity: Equatable {
    let device: dev_t
    let inode: ino_t
    let isDevice: Bool
  }

  private static func identity(of path: String) -> Identity? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Identity(device: status.st_dev, inode: status.st_ino, isDevice: status.st_mode & S_IFMT == S_IFCHR)
  }

  private static func openIfTerminal(_ path: String) -> Int32? {
    let descriptor = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    if isatty(descriptor) == 1 { return descriptor }
    close(descriptor)
    return nil
  }

  /// 0 if it has none.
  private static func parent(of process: pid_t) -> pid_t {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return 0 }
    return parent(inStatus: text)
  }

  /// From `/proc/PID/stat`: "PID (NAME) STATE PARENT …", where the name may hold spaces and parentheses.
  static func parent(inStatus text: String) -> pid_t {
    guard let end = text.lastIndex(of: ")") else { return 0 }
    let fields = text[text.index(after: end)...].split(separator: " ")
    return fields.count > 1 ? pid_t(fields[1]) ?? 0 : 0
  }
}
