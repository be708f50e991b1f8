import FoundationEssentials
import Glibc

/// Standard input, output and error, of which a caller may have closed any.
enum StandardStreams {
  /// Opens /dev/null on closed descriptors 0 to 2, so that no file opened later takes their place.
  ///
  /// Words for nobody are lost; results for nobody are an error, as writing to the closed stream would be,
  /// and so is reading from one.
  static func reserve() {
    for (stream, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY)]
    where fcntl(stream, F_GETFD) < 0 {
      // The lowest free number is that stream's.
      _ = open("/dev/null", mode)
    }
  }
}
