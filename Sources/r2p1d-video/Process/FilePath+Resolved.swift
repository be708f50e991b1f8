import Glibc
import R2P1DVideo

extension FilePath {
  /// The file that a chain of links leads to.
  var resolved: FilePath {
    withCString { path in
      guard let real = realpath(path, nil) else { return self }
      defer { free(real) }
      return FilePath(bytes: UnsafeRawBufferPointer(start: real, count: strlen(real)))
    }
  }
}
