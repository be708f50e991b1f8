import Foundation

/// `make sanitize` sets `R2P1D_SANITIZED`: everything was built with a sanitizer then, the program too.
package enum Sanitizer {
  /// Which one: `address` or `thread`; nil where none is in it.
  package static let kind = ProcessInfo.processInfo.environment["R2P1D_SANITIZED"]
  package static let isThere = kind != nil
  /// Threads of the sanitizer's own in each process.
  package static let threads = kind == "thread" ? 1 : 0
}
