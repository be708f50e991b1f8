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

  package var isThere: Bool { url != nil }

  package static let ffmpeg = Tool("ffmpeg")
  package static let python3 = Tool("python3")
  package static let clang = Tool("clang")
}
