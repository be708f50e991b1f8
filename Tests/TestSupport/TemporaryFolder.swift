import Foundation

/// A folder of a test's own, gone when the value is.
package final class TemporaryFolder: Sendable {
  package let url: URL

  package init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "r2p1d-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  package var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: url.path).sorted()) ?? []
  }

  package func path(_ name: String) -> String { url.appending(path: name).path }

  /// Writes a file, its folders too, and returns its path.
  @discardableResult package func write(_ name: String, _ content: some Sequence<UInt8>) throws -> String {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(content).write(to: file)
    return file.path
  }

  @discardableResult package func write(_ name: String, _ text: String) throws -> String {
    try write(name, text.utf8)
  }

  package func read(_ name: String) throws -> Data { try Data(contentsOf: url.appending(path: name)) }

  package func empty(_ name: String) throws -> FileHandle {
    try FileHandle(forWritingTo: URL(filePath: write(name, "")))
  }

  package func remove(_ names: String...) {
    for name in names { try? FileManager.default.removeItem(at: url.appending(path: name)) }
  }
}
