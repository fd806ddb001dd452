/// The lengths of padded sequences on their way through a model.
extension ForwardPass {
  /// For a layer that removes the time axis: the lengths of its input; sets nil for the next layer.
  func takeLengths() -> [Int]? {
    defer { lengths = nil }
    return lengths
  }
}

extension JointPass {
  /// Runs `count` branches on one input.
  func branching<Output>(_ count: Int, _ branch: (Int) throws -> Output) rethrows -> [Output] {
    try runBranches(count, of: parts, branch)
  }
}

/// Each branch begins with the lengths of its input; if branches keep the time axis, a time step of the result is valid if
/// it is valid in any of them.
private func runBranches<Output>(
  _ count: Int, of passes: [ForwardPass], _ branch: (Int) throws -> Output
) rethrows -> [Output] {
  let before = passes.map(\.lengths)
  var after = [[Int]?](repeating: nil, count: passes.count)
  let outputs = try (0..<count).map { number in
    for (pass, lengths) in zip(passes, before) { pass.lengths = lengths }
    let output = try branch(number)
    for (index, pass) in passes.enumerated() {
      guard let own = pass.lengths else { continue }
      after[index] = after[index].map { zip($0, own).map { max($0, $1) } } ?? own
    }
    return output
  }
  for (pass, lengths) in zip(passes, after) { pass.lengths = lengths }
  return outputs
}
