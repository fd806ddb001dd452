import Collectives
import Inference

/// Replicas compute the same from the same numbers; a difference shows a fault of memory or of a processor.
extension Trainer {
  var comparisonIsDue: Bool { run.configuration.training.compareReplicas.map { progress.step % $0 == 0 } ?? false }

  /// Ends the run, on all workers alike, unless their states are equal; does nothing if this step was already checked. Collective.
  func compareReplicas() throws {
    guard communicator.size > 1, run.configuration.training.compareReplicas != nil, comparedStep != progress.step else {
      return
    }
    comparedStep = progress.step
    let before = timeline?.enter(.checkpoint)
    defer { if let before { timeline?.enter(before) } }
    guard let difference = try session.compareReplicas() else { return }
    let checkpoint = try known(to: recorder?.goodCheckpoint)
    let folder = try known(to: recorder?.folder.path)
    let error = RunError.replicasDiffer(
      step: progress.step, workers: name(difference), tensor: difference.tensor,
      count: "\(difference.differingTensors) of \(difference.tensors)", checkpoint: checkpoint, folder: folder ?? "")
    throw AgreedFailure(description: "\(error)", exitCode: error.exitCode)
  }

  /// `rank 1 (node2) differs from the 3 others`.
  private func name(_ difference: ReplicaDifference) -> String {
    let kind = jobSize.ranks > 1 ? "rank" : "worker"
    let names = difference.workers.map { jobSize.ranks > 1 ? "\($0) (\(difference.hosts[$0]))" : "\($0)" }
    let subject = "\(kind)\(names.count > 1 ? "s" : "") \(names.joined(separator: ", "))"
    guard difference.hasMajority else { return "\(subject) do not agree" }
    let others = communicator.size - names.count
    return "\(subject) differ\(names.count > 1 ? "" : "s") from the \(others) others, which agree"
  }
}
