import Glibc
import R2P1DVideo

import struct SystemPackage.Errno

extension BytePath {
  /// Makes a file, open to be read and written, that is called as this path and six characters more that are
  /// free.
  func makeDraft() throws(Errno) -> (path: BytePath, descriptor: Int32) {
    var template = (bytes + ".XXXXXX".utf8).map { CChar(bitPattern: $0) } + [0]
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw .last }
    return (BytePath(bytes: template.dropLast().map { UInt8(bitPattern: $0) }), descriptor)
  }
}
