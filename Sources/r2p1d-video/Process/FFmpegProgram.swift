import FoundationEssentials
import Glibc
import R2P1DVideo

import struct SystemPackage.Errno

/// The ffmpeg program, which encodes what this one does not.
struct FFmpegProgram {
  private let path: BytePath
  /// Whether it knows `-fps_mode`: FFmpeg 5.1 and later.
  let knowsFrameRateMode: Bool

  /// Finds it on the path.
  static func find() throws(ClassifierError) -> FFmpegProgram {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let paths = folders.map { BytePath(String($0)).appending("ffmpeg") }
    guard let path = paths.first(where: { $0.isFile && $0.withCString { access($0, X_OK) } == 0 }) else {
      throw .network(
        "--exact",
        cause:
          "needs the ffmpeg program, which is not on the path: install it (apt install ffmpeg), or leave "
          + "--exact out to copy from key frames")
    }
    let (status, output, errors) = try FFmpegProgram(path: path, knowsFrameRateMode: true)
      .run(["-version"].map { Array($0.utf8) }) { _ in }
    guard status == 0 else { throw failure(path, status, errors) }
    return FFmpegProgram(path: path, knowsFrameRateMode: isRecent(output))
  }

  /// By `ffmpeg version 5.1.9-0+deb12u1 Copyright`, `n7.0`, or a number of its own where it was built between
  /// releases.
  static func isRecent(_ output: String) -> Bool {
    let words = output.split(whereSeparator: \.isWhitespace)
    guard words.count > 2, words[1] == "version" else { return true }
    let numbers = words[2].drop { $0 == "n" }.split(separator: ".", maxSplits: 2)
      .map { Int($0.prefix(while: \.isNumber)) }
    guard let first = numbers.first, let major = first else { return true }
    return (major, numbers.dropFirst().first.flatMap { $0 } ?? 0) >= (5, 1)
  }

  /// Runs it to its end, with nothing to read, to make the file `output`. `progress` is given how many frames
  /// it has encoded.
  func encode(
    _ arguments: [[UInt8]], to output: BytePath, progress: (Int) -> Void
  ) throws(ClassifierError) {
    let (status, _, errors) = try run(arguments) { line in
      guard line.hasPrefix("frame="), let frames = Int(line.dropFirst(6).filter(\.isNumber)) else { return }
      progress(frames)
    }
    // It ends with 0 where the disk is full when it puts an MP4 in order.
    for error in [Errno.noSpace, .diskQuotaExceeded] where errors.contains(error.description) {
      throw .output(output, cause: "cannot be written: \(error.reason)")
    }
    guard status == 0 else { throw Self.failure(path, status, errors) }
  }

  private static func failure(_ path: BytePath, _ status: Int32, _ errors: String) -> ClassifierError {
    let line = errors.split(whereSeparator: \.isNewline).last.map { String($0).trimmed() }
    let end = status < 0 ? "was ended by signal \(-status)" : "failed with status \(status)"
    return .output(path, cause: line.map { "\(end): \($0.prefix(300))" } ?? end)
  }

  /// Runs it; its status, or the signal that ended it as a number below 0; its output, of which `line` is
  /// given each line as it comes, and the last of what it wrote to standard error.
  private func run(
    _ arguments: [[UInt8]], line: (String) -> Void
  ) throws(ClassifierError) -> (status: Int32, output: String, errors: String) {
    var (out, err): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
    guard pipe(&out) == 0, pipe(&err) == 0 else {
      throw .output(path, cause: "cannot be started: \(Errno.last.reason)")
    }
    for end in out + err { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let process: pid_t
    do throws(Errno) {
      process = try Signals.child { () throws(Errno) in try spawn(arguments, out[1], err[1]) }
    } catch {
      for end in out + err { close(end) }
      throw .output(path, cause: "cannot be started: \(error.reason)")
    }
    close(out[1])
    close(err[1])
    var (output, errors) = (Lines(out[0]), Lines(err[0]))
    while output.isOpen || errors.isOpen {
      var polled = [output, errors].filter(\.isOpen).map {
        pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0)
      }
      guard poll(&polled, nfds_t(polled.count), -1) >= 0 || errno == EINTR else { break }
      for ready in polled where ready.revents != 0 {
        if ready.fd == output.descriptor { output.read().forEach(line) } else { _ = errors.read() }
      }
    }
    return (wait(for: process), output.text, errors.text)
  }

  private func wait(for process: pid_t) -> Int32 {
    var status: Int32 = 0
    // Still known to this process's end, and not yet free for another.
    var information = siginfo_t()
    while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    Signals.forget(process)
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
  }

  private func spawn(_ arguments: [[UInt8]], _ output: Int32, _ errors: Int32) throws(Errno) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    // What this process blocks, to take it in one thread, is the program's own to take.
    var (none, pipes) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigemptyset(&pipes)
    sigaddset(&pipes, SIGPIPE)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &pipes)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var process: pid_t = 0
    let words =
      ([path.bytes] + arguments).map { word in
        strdup(word.map { CChar(bitPattern: $0) } + [0])
      } + [nil]
    defer { for word in words { free(word) } }
    let code = path.withCString { posix_spawn(&process, $0, &actions, &attributes, words, environ) }
    guard code == 0 else { throw Errno(rawValue: code) }
    return process
  }

  /// What comes out of a pipe, line by line; closed at its end.
  private struct Lines {
    let descriptor: Int32
    private(set) var isOpen = true
    /// The last of it.
    private(set) var text = ""
    private var rest: [UInt8] = []

    private static let mostKept = 4096

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// The lines that are complete now.
    mutating func read() -> [String] {
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { return [] }
      guard count > 0 else {
        close(descriptor)
        isOpen = false
        return []
      }
      text = String((text + String(decoding: buffer[..<count], as: UTF8.self)).suffix(Self.mostKept))
      rest += buffer[..<count]
      var lines: [String] = []
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        lines.append(String(decoding: rest[..<end], as: UTF8.self))
        rest.removeSubrange(...end)
      }
      if rest.count > Self.mostKept { rest = [] }
      return lines
    }
  }
}
