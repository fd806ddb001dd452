import Autograd
import Configuration

/// The rules of a configuration for groups of parameters, in their order.
public struct ParameterRules: Sendable, Equatable {
  public var rules: [ParameterRule]

  public init(_ rules: [ParameterRule] = []) { self.rules = rules }

  /// The rules' combined treatment of one path: for each key, the last matching rule counts.
  func treatment(of path: String) -> ParameterTreatment {
    var treatment = ParameterTreatment()
    for rule in rules where rule.match.matches(path) {
      treatment.rate = rule.rate ?? treatment.rate
      treatment.weightDecay = rule.weightDecay ?? treatment.weightDecay
      treatment.l2 = rule.l2 ?? treatment.l2
      treatment.isFrozen = rule.freeze ?? treatment.isFrozen
      treatment.statistics = rule.statistics ?? treatment.statistics
    }
    return treatment
  }

  /// Checks that every rule matches something in a model.
  ///
  /// - Throws: The location of each rule that does not, with the nearest paths.
  package func requireMatches(in store: ParameterStore) throws(ConfigurationError) {
    let (parameters, buffers) = (store.parameters.map(\.path), store.buffers.map(\.path))
    let issues = rules.compactMap { rule in
      (rule.concernsParameters ? rule.issue("parameter", among: parameters) : nil)
        ?? (rule.statistics != nil ? rule.issue("running average", among: buffers) : nil)
    }
    if !issues.isEmpty { throw ConfigurationError(issues) }
    guard store.trainable.isEmpty, let last = rules.last(where: { $0.freeze == true }) else { return }
    throw ConfigurationError([
      ConfigurationIssue(
        location: last.match.location, message: "parameters: all are frozen, so there is nothing to train",
        hint: "add a rule after it, such as {match: \"head.*\", freeze: false}")
    ])
  }
}

/// Treatment of one parameter or running average.
struct ParameterTreatment: Equatable {
  /// Multiplies the schedule's rate.
  var rate = 1.0
  /// Nil means the optimiser's settings.
  var weightDecay: Double?
  var l2: Double?
  var isFrozen = false
  /// Treatment of a running average.
  var statistics = ParameterRule.Statistics.follow
}

extension ParameterRule {
  /// The mistake, if the rule matches none of these paths.
  fileprivate func issue(_ kind: String, among paths: [String]) -> ConfigurationIssue? {
    guard !paths.contains(where: match.matches) else { return nil }
    let nearest = match.nearest(in: paths, atMost: 3)
    let hint = nearest.isEmpty ? "the model has none" : "the nearest are \(nearest.joined(separator: ", "))"
    return ConfigurationIssue(
      location: match.location, message: "parameters: '\(match.text)' matches no \(kind)", hint: hint)
  }
}
