import CKernels
import Tensors

/// Computation of a recurrent layer at each step; equations in `ck_recurrent.h`.
public enum RecurrentCell: Sendable, Equatable {
  /// h = tanh(W_ih·x + b_ih + W_hh·h' + b_hh), or max(·, 0) (Elman, 1990).
  case rnnTanh, rnnReLU
  /// LSTM with forget gates (Hochreiter and Schmidhuber, 1997; Gers et al., 2000), gates (i, f, g, o).
  case lstm
  /// GRU with gates (r, z, n) and the reset gate after the matrix product, as PyTorch and cuDNN have it (Cho et al., 2014).
  case gru

  /// Rows of the weights for each element of the state.
  public var gateCount: Int {
    switch self {
    case .rnnTanh, .rnnReLU: 1
    case .lstm: 4
    case .gru: 3
    }
  }

  var kernel: ck_cell {
    switch self {
    case .rnnTanh: CK_RNN_TANH
    case .rnnReLU: CK_RNN_RELU
    case .lstm: CK_LSTM
    case .gru: CK_GRU
    }
  }
}

/// The trainable tensors of one recurrent layer in one direction, as in PyTorch.
public struct RecurrentWeights {
  /// `[gates · hidden, inputs]`
  public let input: Variable
  /// `[gates · hidden, hidden]`
  public let hidden: Variable
  /// `[gates · hidden]`
  public let inputBias: Variable
  /// `[gates · hidden]`
  public let hiddenBias: Variable

  public init(input: Variable, hidden: Variable, inputBias: Variable, hiddenBias: Variable) {
    (self.input, self.hidden, self.inputBias, self.hiddenBias) = (input, hidden, inputBias, hiddenBias)
  }

  var all: [Variable] { [input, hidden, inputBias, hiddenBias] }
}

/// The state between two steps, each `[batch, hidden]`.
public struct RecurrentStep {
  public var hidden: Tensor
  /// LSTM only.
  public var cell: Tensor?

  public init(hidden: Tensor, cell: Tensor? = nil) { (self.hidden, self.cell) = (hidden, cell) }
}
