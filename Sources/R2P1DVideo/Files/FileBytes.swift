import FoundationEssentials
import Glibc

/// What the operating system refused; `description` is its own word for the cause, as "no such file or directory".
package struct SystemError: Error, CustomStringConvertible {
  package let code: Int32

  package init(_ code: Int32 = errno) {
    self.code = code
  }

  package var description: String {
    let text = String(cString: strerror(code))
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}

extension FilePath {
  /// Whether a regular file, or a link to one, is there.
  package var isFile: Bool {
    var status = stat()
    return withCString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether a folder, or a link to one, is there.
  package var isFolder: Bool {
    var status = stat()
    return withCString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// A small file's whole content; more than `limit` bytes are refused as too large.
  func read(limit: Int) throws(SystemError) -> [UInt8] {
    let bytes = try InputFile(self).read(upTo: limit + 1)
    guard bytes.count <= limit else { throw SystemError(EFBIG) }
    return bytes
  }

  /// Makes the folder, and those above it, where they are missing.
  func makeFolders() throws(ClassifierError) {
    if withCString({ mkdir($0, 0o777) }) == 0 || errno == EEXIST { return }
    if errno == ENOENT, folder != self {
      try folder.makeFolders()
      if withCString({ mkdir($0, 0o777) }) == 0 || errno == EEXIST { return }
    }
    throw .output(self, cause: "cannot be made: \(SystemError())")
  }
}
