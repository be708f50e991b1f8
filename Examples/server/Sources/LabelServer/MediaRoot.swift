import Glibc
import SystemPackage

/// The folder below which requests may name files.
struct MediaRoot: Sendable {
  private let folder: FilePath

  init(_ path: String) throws {
    guard let folder = Self.resolved(FilePath(path)) else { throw Errno(rawValue: errno) }
    self.folder = folder
  }

  /// The file that `path`, absolute or from the root, leads to once `..` and links are resolved.
  ///
  /// Whatever is not a file below the root gets one answer, so that nobody learns what else there is.
  func file(_ path: String) throws(RequestFailure) -> String {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw RequestFailure(.badRequest, "no path") }
    guard let file = Self.resolved(folder.pushing(FilePath(path))), file.starts(with: folder),
      Self.isRegular(file)
    else { throw RequestFailure(.notFound, "no such file below the root") }
    return file.string
  }

  private static func resolved(_ path: FilePath) -> FilePath? {
    path.withPlatformString { path in
      guard let resolved = realpath(path, nil) else { return nil }
      defer { free(resolved) }
      return FilePath(platformString: resolved)
    }
  }

  /// Pipes and devices would keep the reader waiting.
  private static func isRegular(_ path: FilePath) -> Bool {
    var status = stat()
    return path.withPlatformString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}
