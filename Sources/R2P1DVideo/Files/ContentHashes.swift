import Checkpoints
import FoundationEssentials
import Glibc

extension BytePath {
  /// The file's SHA-256 in hexadecimal.
  package func sha256() throws(ClassifierError) -> String {
    var hash = SHA256()
    do {
      let file = try InputFile(self)
      while true {
        let chunk = try file.read(upTo: 1 << 20)
        if chunk.isEmpty { break }
        chunk.withUnsafeBytes { hash.update($0) }
      }
    } catch {
      throw .checkpoint(self, cause: "cannot be read: \(error.reason)")
    }
    return hash.digits
  }
}

extension Checkpoint {
  /// The SHA-256 of its bytes in hexadecimal.
  var sha256: String {
    var hash = SHA256()
    readThrough { hash.update($0) }
    return hash.digits
  }
}

extension LabelSet {
  /// The SHA-256 of the names, one a line, in hexadecimal.
  package var sha256: String {
    var hash = SHA256()
    Array(names.joined(separator: "\n").utf8).withUnsafeBytes { hash.update($0) }
    return hash.digits
  }
}
