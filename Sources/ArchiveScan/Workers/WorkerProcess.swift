import FoundationEssentials
import Glibc
import R2P1DVideo

import struct SystemPackage.Errno

/// The parent's side of a worker: its process, and the socket to it. Killed and waited for when no longer
/// used.
final class WorkerProcess {
  /// Why there is no message.
  enum Fault: Error, Equatable {
    /// The process has ended.
    case gone
    /// Nothing came for this many seconds.
    case silent(Int)
    /// What came is no message.
    case garbled
    /// It has met its limit of memory.
    case exhausted(Refusal)
    case stopped
  }

  let frames: Int
  private let process: pid_t
  private let socket: Int32
  private var isWaitedFor = false

  /// Starts this very program with `arguments` as a worker that nothing of this process is open in but one
  /// socket.
  init(_ configuration: WorkerConfiguration, arguments: [String]) throws {
    let settings = try JSONEncoder().encode(configuration)
    var ends: [Int32] = [0, 0]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw Errno.last
    }
    let theirs = ends[1]
    defer { close(theirs) }
    socket = ends[0]
    frames = configuration.sampling.frames
    do {
      process = try Self.spawn(arguments, theirs)
    } catch {
      close(ends[0])
      throw error
    }
    send(Array(settings))
  }

  deinit {
    close(socket)
    if !isWaitedFor { _ = end() }
  }

  private static func spawn(_ program: [String], _ socket: Int32) throws(Errno) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    closeOnExec()
    // The terminal's signals are the parent's business: it ends a worker by closing the socket.
    var blocked = sigset_t()
    sigemptyset(&blocked)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&blocked, signal) }
    posix_spawnattr_setsigmask(&attributes, &blocked)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    var process: pid_t = 0
    let arguments = program.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    // The running file, even if another has taken its name since.
    let code = posix_spawn(&process, "/proc/self/exe", &actions, &attributes, arguments, environ)
    guard code == 0 else { throw Errno(rawValue: code) }
    return process
  }

  /// Marks what this process has open, and was perhaps handed when it started, as not for others.
  private static func closeOnExec() {
    let numbers = (try? BytePath("/proc/self/fd").entries())?.compactMap { Int32($0.string) } ?? []
    for number in numbers where number > STDERR_FILENO {
      let flags = fcntl(number, F_GETFD)
      if flags >= 0 && flags & FD_CLOEXEC == 0 { _ = fcntl(number, F_SETFD, flags | FD_CLOEXEC) }
    }
  }

  /// Tells the worker to decode a file.
  func decode(_ request: DecodeRequest) {
    send(request.bytes)
  }

  /// A failure shows as the worker's end.
  private func send(_ bytes: [UInt8]) {
    var message = MessageWriter()
    message.add(UInt32(bytes.count))
    message.bytes += bytes
    var done = 0
    while done < message.bytes.count {
      let sent = message.bytes.withUnsafeBytes {
        Glibc.send(
          socket, $0.baseAddress! + done, message.bytes.count - done, Int32(MSG_NOSIGNAL))
      }
      if sent < 0 && errno == EINTR { continue }
      guard sent > 0 else { return }
      done += sent
    }
  }

  /// The worker's next message, waited for as long as `patience` has time.
  func receive(_ patience: inout IdleTimeout) throws(Fault) -> WorkerMessage {
    var head = MessageReader(bytes: try read(8, &patience)[...])
    let (code, length) = (head.next(UInt32.self), Int(head.next(UInt32.self)))
    guard let kind = WorkerMessage.Kind(rawValue: code),
      WorkerMessage.isLegal(kind, length: length, frames: frames)
    else { throw .garbled }
    let bytes = length == 0 ? [] : try read(length, &patience)
    guard let message = WorkerMessage(kind, bytes, frames: frames) else { throw .garbled }
    patience.renew()
    return message
  }

  private func read(_ count: Int, _ patience: inout IdleTimeout) throws(Fault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      var place = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      let ready = poll(&place, 1, IdleTimeout.sliceMilliseconds)
      if ready < 0 && errno == EINTR { continue }
      try patience.check(waited: ready == 0)
      guard ready != 0 else { continue }
      let got = bytes.withUnsafeMutableBytes { recv(socket, $0.baseAddress! + done, count - done, 0) }
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { throw .gone }
      done += got
    }
    return bytes
  }

  /// Ends the process if it has not ended, and says how it did: the signal that it died of, or 0.
  func end() -> Int32 {
    isWaitedFor = true
    // One that is about to die of a signal of its own gets the time to.
    var status: Int32 = 0
    for attempt in 0..<2500 {
      let found = waitpid(process, &status, WNOHANG)
      if found == process { return status & 0x7F }
      if found < 0 && errno != EINTR { return 0 }
      if attempt == 0 && !isHungUp { break }
      usleep(2000)
    }
    kill(process, SIGKILL)
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return 0
  }

  private var isHungUp: Bool {
    var place = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    return poll(&place, 1, 0) > 0 && place.revents & Int16(POLLHUP) != 0
  }
}

/// How long to wait for a worker: so many seconds without a sign of progress, and sixty times that in all.
///
/// Time is counted in slices of waiting, so that a machine or a program that was asleep in between does not
/// count.
struct IdleTimeout {
  static let sliceMilliseconds: Int32 = 200

  let seconds: Int
  private let stop: StopFlag
  private var slices = 0
  private var allSlices = 0

  init(seconds: Int, stop: StopFlag) {
    self.seconds = seconds
    self.stop = stop
  }

  mutating func renew() { slices = 0 }

  mutating func check(waited: Bool) throws(WorkerProcess.Fault) {
    if stop.isRaised { throw .stopped }
    guard waited else { return }
    slices += 1
    allSlices += 1
    let limit = seconds * 1000 / Int(Self.sliceMilliseconds)
    if slices >= limit { throw .silent(seconds) }
    if allSlices >= 60 * limit { throw .silent(60 * seconds) }
  }
}
