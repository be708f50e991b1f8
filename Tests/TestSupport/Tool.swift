import Foundation
import Testing

/// A program that some tests need, and that may be missing: they are skipped then, and say so by `note`.
package struct Tool: Sendable {
  /// Where it is; nil if it is not on the path.
  package let url: URL?
  package let note: Comment

  /// The first of `names` that is on the path.
  package init(_ names: String...) {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let paths = names.flatMap { name in folders.map { "\($0)/\(name)" } }
    url = paths.first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(filePath: $0) }
    note = "needs the program \(names[0])"
  }

  /// The program at `path`.
  package init(at path: String, note: Comment) {
    url = FileManager.default.isExecutableFile(atPath: path) ? URL(filePath: path) : nil
    self.note = note
  }

  package var isThere: Bool { url != nil }

  package static let ffmpeg = Tool("ffmpeg")
  package static let python3 = Tool("python3")
  package static let clang = Tool("clang")
  package static let exiftool = Tool("exiftool")
  package static let mpv = Tool("mpv")
  /// The Python with the libraries that read files for other tools, as `.ci/dependencies formats` installs
  /// them.
  package static let formatReaders = Tool(
    at: (ProcessInfo.processInfo.environment["R2P1D_FORMAT_READERS"]
      ?? Checkout.path(".build/format-readers")) + "/bin/python3",
    note: "needs the libraries that .ci/dependencies formats installs")
}
