import Tensors

/// State of recurrent layers from one pass to the next: for truncated back-propagation through time, where a batch
/// goes on where the last one ended, and for generating step by step.
///
/// A pass takes each layer's state as a constant and puts its last state in its place. Empty, it starts every layer at
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
      let place = entries.firstIndex { $0.path == path && $0.name == name }
      switch (place, newValue) {
      case (let place?, let value?): entries[place] = Entry(path: path, name: name, value: value)
      case (nil, let value?): entries.append(Entry(path: path, name: name, value: value))
      case (let place?, nil): entries.remove(at: place)
      case (nil, nil): break
      }
    }
  }

  /// Lets every sample start anew.
  public func removeAll() { entries = [] }
}
