import Checkpoints
import Collectives
import Configuration
import DataPipeline
import NeuralNetworks

extension ConfigurationError: ExitCodeProviding {
  public var exitCode: Int32 { 2 }
}

extension ModelError: ExitCodeProviding {
  public var exitCode: Int32 { 2 }
}

extension CheckpointError: ExitCodeProviding {
  /// A wrong path or a checkpoint of another run is wrong use; a full disk is not.
  public var exitCode: Int32 {
    switch kind {
    case .missing, .incompatible, .locked: 2
    case .unreadable, .unwritable, .damaged: 1
    }
  }
}

extension DataError: ExitCodeProviding {
  public var exitCode: Int32 { isWrongUse ? 2 : 1 }
}
