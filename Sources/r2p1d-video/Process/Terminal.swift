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

  /// A line for each warning about a file.
  static func warn(_ warnings: [VideoWarning], of file: FilePath) {
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
  static func warn(of classifier: Classifier, asked precision: Precision) {
    warn(classifier.modelNotes)
    if classifier.precision != precision { warn(noSuch: precision) }
  }

  static func warn(noSuch precision: Precision) {
    warn(
      "\(precision.rawValue) needs instructions that are not in use here (\(Versions.instructionSet)): using f32"
    )
  }

  /// Words that cannot be written are lost: a full disk or a reader that has gone changes no result.
  static func write(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }
}

/// A bar that moves while a file is worked on; drawn only on a terminal.
struct Progress {
  private let isDrawn: Bool

  init(isQuiet: Bool) {
    isDrawn = Terminal.isPresent && !isQuiet
  }

  /// What to call as windows of `file` are done.
  func start(_ file: FilePath) -> @Sendable (_ done: Int, _ of: Int) -> Void {
    guard isDrawn else { return { _, _ in } }
    return { done, total in
      let cells = 24 * done / max(total, 1)
      let bar = String(repeating: "█", count: cells) + String(repeating: "░", count: 24 - cells)
      Terminal.write("\r\u{1B}[K\(bar) \(done)/\(total)  \(file.name.printable)")
    }
  }

  /// Takes the bar off the screen.
  func clear() {
    if isDrawn { Terminal.write("\r\u{1B}[K") }
  }
}
