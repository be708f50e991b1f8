import Checkpoints
import Synchronization

/// The SHA-256 of the checkpoint that a model was read from.
///
/// A hundred megabytes take a tenth of a second, so it is computed on a thread beside the work on the first
/// video.
package final class ModelHash: Sendable {
  private enum State {
    case pending(Checkpoint?)
    case known(String?)
  }

  private let state: Mutex<State>

  init(_ checkpoint: Checkpoint?) {
    state = Mutex(.pending(checkpoint))
  }

  /// In hexadecimal; nil for random weights. Computed by whoever asks first, while others wait.
  package var digits: String? {
    state.withLock { state in
      switch state {
      case .known(let digits): return digits
      case .pending(let checkpoint):
        let digits = checkpoint?.sha256
        state = .known(digits)
        return digits
      }
    }
  }
}
