import FoundationEssentials
import Glibc
import Inference
import R2P1DVideo

/// What a worker sends its parent: a header of two 32-bit numbers, kind and length, then so many bytes.
///
/// Whoever reads them trusts nothing: the worker may be in the hands of the file that it decodes.
enum WorkerMessage: Equatable {
  /// The decoder is alive and has come further.
  case beat
  /// A sample's bytes, to be shown in windows that follow; they are numbered from 0 in each file.
  case sample([UInt8])
  case window(Window)
  /// The windows that were not final are taken back.
  case restarted
  /// There are no more windows.
  case end(VideoSummary)
  /// There is nothing to label. The worker is as good as before.
  case refusal(Refusal)
  /// The same for want of memory: the worker has met its limit, and is to be replaced.
  case exhausted(Refusal)

  struct Window: Equatable {
    let number: Int
    /// How many windows there will be.
    let total: Int
    /// In seconds, as of `R2P1DVideo.Window`.
    let start: Rational
    let end: Rational
    let videoEnd: Double
    let padded: Bool
    let isFinal: Bool
    /// The numbers of its samples.
    let samples: [UInt32]
    /// Of the file, until now.
    var decodeErrors = 0
    var framesDecoded = 0
  }

  enum Kind: UInt32 {
    case beat = 1
    case sample, window, restarted, end, refusal, exhausted
  }

  /// More windows than any file has.
  static let mostWindows = 10_000_000
  private static let longestText = 4096

  /// Whether a message of `kind` may be `length` bytes long, where a window has `frames` samples.
  static func isLegal(_ kind: Kind, length: Int, frames: Int) -> Bool {
    switch kind {
    case .beat, .restarted: length == 0
    case .sample: length == Sample.count
    case .window: length == 68 + 4 * frames
    case .end: (72...72 + 64).contains(length)
    case .refusal, .exhausted: (2...2 + longestText).contains(length)
    }
  }
}

extension WorkerMessage {
  var bytes: [UInt8] {
    var body = MessageWriter()
    let kind: Kind
    switch self {
    case .beat: kind = .beat
    case .sample(let bytes):
      kind = .sample
      body.bytes = bytes
    case .window(let window):
      kind = .window
      body.add(UInt32(window.number))
      body.add(UInt32(window.total))
      body.add(window.start)
      body.add(window.end)
      body.add(window.videoEnd.bitPattern)
      body.add(UInt32((window.padded ? 1 : 0) | (window.isFinal ? 2 : 0)))
      for sample in window.samples { body.add(sample) }
      body.add(UInt64(clamping: window.decodeErrors))
      body.add(UInt64(clamping: window.framesDecoded))
    case .restarted: kind = .restarted
    case .end(let video):
      kind = .end
      body.add(video.start.bitPattern)
      body.add(video.duration.bitPattern)
      body.add(video.frameRate.bitPattern)
      body.add(UInt32(clamping: video.width))
      body.add(UInt32(clamping: video.height))
      body.add(UInt64(clamping: video.decodeErrors))
      body.add(UInt64(clamping: video.framesDecoded))
      body.add(UInt32(clamping: video.track))
      body.add(UInt32(clamping: video.dolbyVisionProfile ?? 0))
      body.add(UInt64(bitPattern: Int64(video.bytesRead ?? -1)))
      body.add(UInt64(bitPattern: Int64(video.fileBytes ?? -1)))
      body.bytes += video.codec.utf8.prefix(50)
      if let timecode = video.timecode { body.bytes += [UInt8(ascii: " ")] + timecode.utf8.prefix(12) }
    case .refusal(let refusal), .exhausted(let refusal):
      kind = if case .refusal = self { .refusal } else { .exhausted }
      body.bytes = refusal.bytes(longestText: Self.longestText)
    }
    var head = MessageWriter()
    head.add(kind.rawValue)
    head.add(UInt32(body.bytes.count))
    return head.bytes + body.bytes
  }

  /// A message whose length is legal for its kind; nil if it says something impossible.
  init?(_ kind: Kind, _ bytes: [UInt8], frames: Int) {
    var rest = MessageReader(bytes: bytes[...])
    switch kind {
    case .beat: self = .beat
    case .restarted: self = .restarted
    case .sample: self = .sample(bytes)
    case .window:
      guard let window = Window(&rest, frames: frames) else { return nil }
      self = .window(window)
    case .end:
      guard let video = VideoSummary(&rest) else { return nil }
      self = .end(video)
    case .refusal, .exhausted:
      guard let refusal = Refusal(bytes) else { return nil }
      self = kind == .refusal ? .refusal(refusal) : .exhausted(refusal)
    }
  }
}

extension WorkerMessage.Window {
  fileprivate init?(_ rest: inout MessageReader, frames: Int) {
    number = Int(rest.next(UInt32.self))
    total = Int(rest.next(UInt32.self))
    guard let start = rest.nextTime(), let end = rest.nextTime() else { return nil }
    (self.start, self.end) = (start, end)
    videoEnd = Double(bitPattern: rest.next(UInt64.self))
    let flags = rest.next(UInt32.self)
    padded = flags & 1 != 0
    isFinal = flags & 2 != 0
    samples = (0..<frames).map { _ in rest.next(UInt32.self) }
    decodeErrors = Int(clamping: rest.next(UInt64.self))
    framesDecoded = Int(clamping: rest.next(UInt64.self))
    guard number < total, total <= WorkerMessage.mostWindows, flags <= 3, videoEnd.isTime else {
      return nil
    }
  }
}

extension VideoSummary {
  fileprivate init?(_ rest: inout MessageReader) {
    let start = Double(bitPattern: rest.next(UInt64.self))
    let duration = Double(bitPattern: rest.next(UInt64.self))
    let frameRate = Double(bitPattern: rest.next(UInt64.self))
    let (width, height) = (Int(rest.next(UInt32.self)), Int(rest.next(UInt32.self)))
    let decodeErrors = Int(clamping: rest.next(UInt64.self))
    let framesDecoded = Int(clamping: rest.next(UInt64.self))
    let track = Int(rest.next(UInt32.self))
    let profile = Int(rest.next(UInt32.self))
    let counts = (0..<2).map { _ in Int(Int64(bitPattern: rest.next(UInt64.self))) }
    let words = rest.bytes.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    let isName = words[0].utf8.allSatisfy { (0x21...0x7E).contains($0) }
    guard isName, words.count == 1 || words.count == 2 && TimecodeReading(words[1]) != nil, start.isTime,
      duration.isTime, frameRate.isTime, frameRate >= 0, profile <= 255,
      counts.allSatisfy({ $0 >= -1 })
    else {
      return nil
    }
    self.init(
      start: start, duration: duration, width: width, height: height, frameRate: frameRate,
      codec: words[0], decodeErrors: decodeErrors,
      framesDecoded: framesDecoded, track: track, timecode: words.count == 2 ? words[1] : nil,
      warnings: profile == 0 ? [] : [.dolbyVision(profile: profile)])
    (bytesRead, fileBytes) = (counts[0] < 0 ? nil : counts[0], counts[1] < 0 ? nil : counts[1])
  }

  fileprivate var dolbyVisionProfile: Int? {
    warnings.compactMap { if case .dolbyVision(let profile) = $0 { profile } else { nil } }.first
  }
}

extension Double {
  /// Whether it can be a time of a file, in seconds. Some begin before zero.
  var isTime: Bool { isFinite && abs(self) <= 1e12 }
}
