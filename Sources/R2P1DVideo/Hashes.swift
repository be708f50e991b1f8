import Crypto
import Foundation
import Inference

extension FilePath {
  /// The file's SHA-256 in hexadecimal.
  func sha256() throws(ClassifierError) -> String {
    var hash = SHA256()
    do {
      let file = try openForReading()
      while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty { hash.update(data: chunk) }
    } catch {
      throw .checkpoint(self, cause: "cannot be read: \(error)")
    }
    return hash.digits
  }
}

extension Checkpoint {
  /// The SHA-256 of its bytes in hexadecimal.
  var sha256: String {
    var hash = SHA256()
    readThrough { hash.update(bufferPointer: $0) }
    return hash.digits
  }
}

extension LabelSet {
  /// The SHA-256 of the names, one a line, in hexadecimal.
  var sha256: String {
    var hash = SHA256()
    hash.update(data: Data(names.joined(separator: "\n").utf8))
    return hash.digits
  }
}

extension SHA256 {
  /// The digest of all that was put in so far, in hexadecimal.
  var digits: String {
    finalize().map { String(format: "%02x", $0) }.joined()
  }
}
