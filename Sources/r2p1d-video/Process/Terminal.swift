import FoundationEssentials
import Glibc
import R2P1DVideo
import Synchronization

import struct SystemPackage.Errno
import struct SystemPackage.FileDescriptor

/// Words for the person at the terminal, all on standard error.
enum Terminal {
  static var isPresent: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether there is somebody to draw a bar for, who has not asked for quiet.
  static var drawsBars: Bool { isPresent && !isQuiet.load(ordering: .relaxed) }

  /// From now on no bar is drawn.
  static func hideBars() { isQuiet.store(true, ordering: .relaxed) }

  private static let isQuiet = Atomic(false)

  /// One line: an error or a warning.
  static func warn(_ text: String) {
    write("r2p1d-video: \(text)\n")
  }

  /// What went wrong, with what, and the way out.
  static func warn(_ error: ClassifierError) {
    warn("\(error.subject): \(error.explanation)")
  }

  /// A line for each warning about a file.
  static func warn(_ warnings: [VideoWarning], of file: BytePath) {
    for warning in warnings { warn("\(file.printable): \(warning)") }
  }

  /// A line for each thing that one should know of a model's weights.
  static func warn(_ model: ModelNotes) {
    for note in model.notes {
      let hint =
        switch note {
        case .others: "; --weights reads others"
        case .unused(let names) where names.count > 4: " (models info lists them)"
        default: ""
        }
      warn("\(model.subject): \(note)\(hint)")
    }
  }

  /// What one should know of a classifier before its results.
  static func warn(of classifier: Classifier) {
    warn(classifier.modelNotes)
    warn(asked: classifier.options.precision, used: classifier.precision)
  }

  /// A line where the precision that was asked for is not the one in force, or gains nothing.
  static func warn(asked: Network.Precision, used: Network.Precision) {
    if used != asked {
      warn(
        "\(asked.rawValue) needs instructions that are not in use here "
          + "(\(LibraryVersions.instructionSet)): using f32"
      )
    } else if used.isSlowerThanF32 {
      warn("\(used.rawValue) is slower than f32 on this CPU, and less exact: --precision f32 or fast")
    }
  }

  /// Words that cannot be written are lost: a full disk or a reader that has gone changes no result.
  static func write(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }
}
