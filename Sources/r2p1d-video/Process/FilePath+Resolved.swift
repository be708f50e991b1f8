import Glibc
import R2P1DVideo

extension BytePath {
  /// The file that a chain of links leads to.
  var resolved: BytePath {
    withCString { path in
      guard let real = realpath(path, nil) else { return self }
      defer { free(real) }
      return BytePath(bytes: UnsafeRawBufferPointer(start: real, count: strlen(real)))
    }
  }

  /// The same for every path of a file, whether it is there yet or not.
  var place: BytePath {
    let real = resolved
    return real == self ? folder.resolved.appending(name) : real
  }
}
