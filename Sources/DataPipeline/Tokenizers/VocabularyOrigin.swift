/// Origin of a vocabulary, for messages about characters that it lacks.
public enum VocabularyOrigin: Sendable {
  case trainingText
  /// That of the same text.
  case trainingSplit
  /// A model that was trained before: other splits of the text would not help.
  case model

  var name: String {
    switch self {
    case .trainingText: "training text"
    case .trainingSplit: "training split"
    case .model: "model's vocabulary"
    }
  }
}
