import Configuration

/// One change to images, as a configuration writes it. Each kind has a function that makes one: `.shift(2)`.
public struct TransformSpecification: Sendable {
  package let settings: any TransformSettings

  package init(_ settings: any TransformSettings) { self.settings = settings }

  /// Name in configurations and messages.
  public var name: String { type(of: settings).name }
}

extension TransformSpecification: Equatable {
  public static func == (a: TransformSpecification, b: TransformSpecification) -> Bool {
    a.settings.isEqual(to: b.settings)
  }
}
