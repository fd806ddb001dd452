import Tensors

/// State of recurrent layers from one pass to the next: for truncated back-propagation through time, in which a batch
/// continues the previous one, and for step-by-step generation.
///
/// A pass takes each layer's state as a constant and replaces it by its last state. Empty, every layer starts at
/// zero. Each shard has its own: the rows are its samples.
public final class RecurrentState {
  public struct Entry {
    /// Path of the layer.
    public let path: String
    /// PyTorch's name, with the index of the layer in the stack: `h_l0`, and for an LSTM `c_l0`.
    public let name: String
    /// `[batch, hidden]`
    public let value: Tensor
  }

  /// In the order of the layers.
  public private(set) var entries: [Entry]

  public init(_ entries: [Entry] = []) { self.entries = entries }

  /// Setting nil removes the entry.
  public subscript(path: String, name: String) -> Tensor? {
    get { entries.first { $0.path == path && $0.name == name }?.value }
    set {
      let index = entries.firstIndex { $0.path == path && $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): entries[index] = Entry(path: path, name: name, value: value)
      case (nil, let value?): entries.append(Entry(path: path, name: name, value: value))
      case (let index?, nil): entries.remove(at: index)
      case (nil, nil): break
      }
    }
  }

  /// Resets the state of every sample.
  public func removeAll() { entries = [] }
}
