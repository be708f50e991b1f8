/// Why a part of a file cannot be copied into a file of its own. `description` is one line without the file's
/// name.
package enum RemuxError: Error, Sendable, Equatable {
  /// No container that this FFmpeg writes holds such video.
  case noContainer(codec: String)
  /// Some packets have no times, and without these the container cannot be written.
  case noTimes(container: String)
  /// Its last frames are predicted from some that the source hides, and no frame can be hidden in the
  /// container.
  case hiddenEnd(container: String)
  /// FFmpeg does not write it.
  case refused(container: String, reason: String)
  /// The file of this name could not be written, `code` being the system's `errno`.
  case unwritable(name: String, code: Int32)
  /// What is read now is not what was read before.
  case changed
  case interrupted
}

extension RemuxError {
  /// Whether it is the copying that fails, and not the reading or the writing: frames can be encoded again
  /// then.
  package var isOfCopying: Bool {
    switch self {
    case .noContainer, .noTimes, .hiddenEnd, .refused: true
    case .unwritable, .changed, .interrupted: false
    }
  }
}

extension RemuxError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noContainer(let codec): "cannot be copied: no container takes its \(codec) video"
    case .noTimes(let container):
      "cannot be copied: its packets do not say when their frames are shown, which \(container) has to"
    case .hiddenEnd(let container):
      "cannot be copied: its last frames need some that it hides, which \(container) would show"
    case .refused(let container, let reason): "cannot be copied into \(container): \(reason)"
    case .unwritable(_, let code): "cannot be written: \(FFmpegStatus.systemReason(code))"
    case .changed: "it changes while it is being read"
    case .interrupted: "interrupted"
    }
  }
}
