import FoundationEssentials
import Glibc
import SystemPackage

extension BytePath {
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
  package func read(limit: Int) throws(Errno) -> [UInt8] {
    let bytes = try InputFile(self).read(upTo: limit + 1)
    guard bytes.count <= limit else { throw .fileTooLarge }
    return bytes
  }

  /// Where other programs find it: an address as it is, a file by its URL from the root on.
  package var location: String { string.contains("://") ? string : absolute.fileURL }

  /// The path from the root on; links and `..` stay in it.
  package var absolute: BytePath {
    guard let folder = getcwd(nil, 0) else { return self }
    defer { free(folder) }
    return resolved(from: BytePath(bytes: UnsafeRawBufferPointer(start: folder, count: strlen(folder))))
  }

  /// This path, where it is relative, from `root` on.
  package func resolved(from root: BytePath) -> BytePath {
    if bytes.first == UInt8(ascii: "/") { return self }
    var rest = bytes[...]
    while rest.starts(with: "./".utf8) { rest.removeFirst(2) }
    return root == "." ? BytePath(bytes: rest) : root.appending(BytePath(bytes: rest))
  }

  /// The path without links, from the root on; a path to nothing as it is.
  package var resolved: BytePath {
    withCString { path in
      guard let real = realpath(path, nil) else { return self }
      defer { free(real) }
      return BytePath(bytes: UnsafeRawBufferPointer(start: real, count: strlen(real)))
    }
  }

  /// The file that a link leads to; anything else is itself.
  package var followed: BytePath {
    var status = stat()
    let isLink = withCString { lstat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFLNK
    return isLink ? resolved : self
  }

  /// Gives the file another name, unless that is taken: then it fails with `fileExists`.
  package func move(toFree place: BytePath) throws(Errno) {
    let linked = withCString { old in place.withCString { link(old, $0) } }
    if linked == 0 {
      _ = withCString { unlink($0) }
      return
    }
    guard [EPERM, EOPNOTSUPP, ENOSYS, EMLINK].contains(errno) else { throw Errno.last }
    // A file system without hard links, as exFAT: whoever makes the file between these two calls loses it.
    var status = stat()
    guard place.withCString({ lstat($0, &status) }) != 0 else { throw .fileExists }
    try move(to: place)
  }

  /// Gives the file another name; what has that name is gone.
  package func move(to place: BytePath) throws(Errno) {
    let moved = withCString { old in place.withCString { rename(old, $0) } }
    guard moved == 0 else { throw Errno.last }
  }

  /// The folder and those above it, as far as nothing is there: the outermost first.
  package var missingFolders: [BytePath] {
    var status = stat()
    guard withCString({ lstat($0, &status) }) != 0, errno == ENOENT else { return [] }
    return (folder == self ? [] : folder.missingFolders) + [self]
  }

  /// Makes the folder, and those above it, where they are missing.
  package func makeFolders() throws(ClassifierError) {
    if withCString({ mkdir($0, 0o777) }) == 0 || errno == EEXIST { return }
    if errno == ENOENT, folder != self {
      try folder.makeFolders()
      if withCString({ mkdir($0, 0o777) }) == 0 || errno == EEXIST { return }
    }
    throw .output(self, cause: "cannot be made: \(Errno.last.reason)")
  }
}
