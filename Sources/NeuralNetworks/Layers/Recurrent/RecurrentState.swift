import Tensors

/// State of recurrent layers from one pass to the next: for truncated back-propagation through time, where a batch
/// goes on where the last one ended, and for generating step by step.
///
/// A pass takes each layer's state as a constant and replaces it by its last state. Empty, it starts every layer at
/// zero. One belongs to one shard: the rows are its samples.
public final class RecurrentState {
  public struct Entry {
    /// Of the layer in its model.
    public let path: String
    /// PyTorch's word and the layer in the stack: `h_l0`, and for an LSTM `c_l0`.
    public let name: String
    /// `[batch, hidden]`
    public let value: Tensor
  }

  /// In the order of the layers.
  public private(set) var entries: [Entry]

  public init(_ entries: [Entry] = []) { self.entries = entries }

  /// Setting nil forgets the entry.
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

  /// Lets every sample start anew.
  public func removeAll() { entries = [] }
}
