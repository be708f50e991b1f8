import FoundationEssentials
import Glibc
import Inference
import R2P1DVideo
import Synchronization
import VideoDecoding

/// The child's side of a scan: decodes one file after another in a process that may die of it.
package enum WorkerMain {
  /// Standard input is no socket on which a scan says what to do.
  package struct NoParent: Error {}

  /// Takes its configuration, then paths, off standard input, a socket, until that ends; the windows go back
  /// the same way.
  ///
  /// The process is this function's: it limits it, and ends it where the parent is gone.
  package static func run() throws(NoParent) {
    signal(SIGPIPE, SIG_IGN)
    // What `top` shows: else the link's name that it was started by.
    try? Data("r2p1d-worker".utf8).write(to: URL(filePath: "/proc/self/comm"))
    let channel = WorkerChannel(STDIN_FILENO)
    guard
      let configuration = channel.receive().flatMap({
        try? JSONDecoder().decode(WorkerConfiguration.self, from: Data($0))
      })
    else { throw NoParent() }
    limit(configuration)
    FFmpegGlobals.own()
    let control = DecodingControl()
    channel.watch(control)
    let memory = AddressSpace()
    while let request = channel.receive().map({ DecodeRequest($0) }) {
      guard decode(request, configuration, control, channel, memory) else { return }
    }
  }

  /// No memory beyond the configuration's, no core dump, and no file can be written.
  private static func limit(_ configuration: WorkerConfiguration) {
    for (resource, bytes) in [(RLIMIT_AS, configuration.memory), (RLIMIT_CORE, 0), (RLIMIT_FSIZE, 0)] {
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(resource.rawValue), &limit)
      limit.rlim_max = min(limit.rlim_max, rlim_t(max(bytes, 0)))
      limit.rlim_cur = limit.rlim_max
      setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    }
  }

  /// Sends the windows of a file, or why there are none; false once nobody listens.
  ///
  /// Nothing of a file outlives this: a refused one leaves the process as a labelled one does.
  private static func decode(
    _ request: DecodeRequest, _ configuration: WorkerConfiguration, _ control: DecodingControl,
    _ channel: WorkerChannel, _ memory: AddressSpace
  ) -> Bool {
    do {
      let reader = try configuration.open(request.path, control: control)
      var sender = WindowSender(channel)
      try reader.read(from: request.first) { try sender.send($0, reader) }
    } catch is WorkerChannel.Gone {
      return false
    } catch {
      let isExhausted = (error as? VideoError)?.isOfMemory == true || memory.isHalfGone
      try? channel.send(isExhausted ? .exhausted(Refusal(error)) : .refusal(Refusal(error)))
    }
    return true
  }
}

/// How much of its limit of memory a worker has used.
private struct AddressSpace {
  private let limit: Int
  private let usedAtFirst = Self.used

  init() {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    self.limit = Int(clamping: limit.rlim_cur)
  }

  /// Whether less than half is left of what there was at first. Then a refusal may be for want of memory
  /// whatever it says: many of FFmpeg's decoders and thread pools do not pass on that it was that.
  var isHalfGone: Bool { Self.used - usedAtFirst > (limit - usedAtFirst) / 2 }

  /// In bytes; 0 where the system does not say.
  private static var used: Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    return (text.split(separator: " ").first.flatMap { Int($0) } ?? 0) * Int(getpagesize())
  }
}

/// Sends each sample once, though windows share it.
private struct WindowSender {
  private let channel: WorkerChannel
  private var last: Window?
  private var numbers: [ObjectIdentifier: UInt32] = [:]
  private var next: UInt32 = 0

  init(_ channel: WorkerChannel) {
    self.channel = channel
  }

  mutating func send(_ event: WindowEvent, _ reader: WindowReader) throws {
    switch event {
    case .window(let window): try send(window, reader)
    case .restarted: try channel.send(.restarted)
    case .ended(let video): try channel.send(.end(video))
    }
  }

  private mutating func send(_ window: Window, _ reader: WindowReader) throws {
    var known: [ObjectIdentifier: UInt32] = [:]
    for sample in window.samples where known[ObjectIdentifier(sample)] == nil {
      if let number = numbers[ObjectIdentifier(sample)] {
        known[ObjectIdentifier(sample)] = number
      } else {
        try channel.send(.sample(Array(UnsafeBufferPointer(start: sample.bytes, count: Sample.count))))
        known[ObjectIdentifier(sample)] = next
        next += 1
      }
    }
    // Held, so that no new sample takes the place of one whose number is remembered.
    (last, numbers) = (window, known)
    try channel.send(
      .window(
        WorkerMessage.Window(
          number: window.number, total: window.count, start: window.exactStart, end: window.exactEnd,
          videoEnd: window.videoEnd, padded: window.padded, isFinal: window.isFinal,
          samples: window.samples.compactMap { known[ObjectIdentifier($0)] },
          decodeErrors: reader.decodeErrors, framesDecoded: reader.framesDecoded)))
  }
}

/// The worker's end of the socket.
private final class WorkerChannel: Sendable {
  /// The parent does not listen any more.
  struct Gone: Error {}

  private let socket: Int32
  private let sending = Mutex(())

  init(_ socket: Int32) {
    self.socket = socket
  }

  /// Bytes with their number before them; nil once the parent has gone.
  func receive() -> [UInt8]? {
    guard var head = read(4).map({ MessageReader(bytes: $0[...]) }) else { return nil }
    return read(Int(head.next(UInt32.self)))
  }

  private func read(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes.withUnsafeMutableBytes { recv(socket, $0.baseAddress! + done, count - done, 0) }
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { return nil }
      done += got
    }
    return bytes
  }

  func send(_ message: WorkerMessage) throws {
    let bytes = message.bytes
    let sent = sending.withLock { _ in put(bytes) }
    if !sent { throw Gone() }
  }

  private func put(_ bytes: [UInt8]) -> Bool {
    var done = 0
    while done < bytes.count {
      let sent = bytes.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress! + done, bytes.count - done, Int32(MSG_NOSIGNAL))
      }
      if sent < 0 && errno == EINTR { continue }
      guard sent > 0 else { return false }
      done += sent
    }
    return true
  }

  /// Reports to the parent as the decoder gets on, and ends the process at once when the parent has gone,
  /// whatever the decoder is doing.
  func watch(_ control: DecodingControl) {
    DetachedThread.start { [self] in
      var reported = control.packetsRead
      while true {
        var place = pollfd(fd: socket, events: 0, revents: 0)
        // No event is asked for: that the other end was closed is always reported.
        if poll(&place, 1, 1000) > 0 { _exit(0) }
        let count = control.packetsRead
        // While something else is being sent, the parent knows.
        if count != reported { sending.withLockIfAvailable { _ in _ = put(WorkerMessage.beat.bytes) } }
        reported = count
      }
    }
  }
}
