import CFFmpeg

/// Copies parts of a file into files of their own, without decoding anything.
///
/// For one thread at a time. The file is read from its start, once for its index and once for all parts, so
/// that nothing depends on how well its container can be sought in.
package final class Remuxer {
  package let index: FrameIndex
  /// What parts are copied into, or why they cannot be.
  package let container: Result<ClipContainer, RemuxError>
  /// Streams of sound, and when they have packets.
  private let sound: [Int]
  private let source: VideoSource
  private let rules: InputRules
  private let control: DecodingControl
  private let stream: Int

  /// A part of the file as it is copied.
  package struct Clip: Sendable {
    package let plan: ClipPlan
    /// What its file is called, and its open descriptor.
    package let name: String

    package init(_ plan: ClipPlan, named name: String) {
      self.plan = plan
      self.name = name
    }
  }

  /// Opens a file and reads its packets to the end. `ending` is what follows the last dot of its name.
  package init(
    source: VideoSource, track: Int?, ending: String, rules: InputRules = InputRules(),
    control: DecodingControl = DecodingControl()
  ) throws {
    self.source = source
    self.rules = rules
    self.control = control
    var input = try Input(source, rules: rules, control: control)
    let (stream, _, hasRead) = try input.videoStream(track)
    self.stream = stream
    if hasRead { input = try Input(source, rules: rules, control: control) }
    let rate = input.rate(of: stream)
    let (info, clock) = try input.describe(stream, rate: rate)
    try input.prefer(stream)
    container = Result { [input] () throws(RemuxError) in
      try ClipContainer(of: input, video: stream, fileEnding: ending)
    }
    sound = input.streams.indices.filter {
      input.streams[$0]?.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
    }
    guard let parameters = input.parameters?.pointee else { throw VideoError.noVideoStream(found: []) }
    var builder = FrameIndexBuilder(parameters, clock)
    reading: while true {
      switch input.read() {
      case .done where Int(input.packet.pointee.stream_index) == stream:
        builder.add(input.timedPacket)
        guard builder.count <= rules.maxFrames else { throw VideoError.tooManyFrames(limit: rules.maxFrames) }
      case .done: builder.addOther(input.packet.pointee)
      case .interrupted: throw VideoError.interrupted
      default: break reading
      }
    }
    if let failure = input.failure { throw failure }
    let ticks = input.streams.map { $0?.pointee.time_base ?? AVRational(num: 0, den: 1) }
    index = try builder.index(info, ticks: ticks)
    if let format = input.imageFormat, index.times.times.count == 1, !input.isAnimatedWebP {
      throw VideoError.stillPicture(format: format.name)
    }
  }

  /// The streams of sound that have something while `frames` are shown, as ffprobe counts.
  package func sound(of frames: Range<Int>) -> [Int] {
    let edges = [frames.lowerBound, frames.upperBound].map {
      Int64(clamping: index.times.time(of: $0) * 1_000_000 / index.times.scale)
    }
    return sound.filter { index.others.hasAny(of: $0, from: edges[0], to: edges[1]) }
  }

  /// Copies `clips`, of which as many are open at once as overlap: `open` gives the descriptor of a file to
  /// write from its start, and `finish` is called when it is complete.
  package func copy(
    _ clips: [Clip], open: (Int) throws -> Int32, finish: (Int) throws -> Void
  ) throws {
    var left = Array(clips.indices).sorted {
      (clips[$0].plan.packets.lowerBound, $0) < (clips[$1].plan.packets.lowerBound, $1)
    }
    while !left.isEmpty {
      let pass = Self.together(left, clips)
      try copyPass(pass, clips, open: open, finish: finish)
      left.removeAll(where: Set(pass).contains)
    }
  }

  /// So many files are open at once.
  private static let mostOpen = 32

  /// Of `left`, in the order of their starts, those that are copied in one reading of the file.
  private static func together(_ left: [Int], _ clips: [Clip]) -> [Int] {
    var chosen: [Int] = []
    var ends: [Int] = []
    for clip in left {
      let range = clips[clip].plan.packets
      ends.removeAll { $0 < range.lowerBound - ClipCopy.mostPacketsBehind }
      guard ends.count < mostOpen else { continue }
      ends.append(range.upperBound)
      chosen.append(clip)
    }
    return chosen
  }

  private func copyPass(
    _ pass: [Int], _ clips: [Clip], open: (Int) throws -> Int32, finish: (Int) throws -> Void
  ) throws {
    let container = try container.get()
    let input = try Input(source, rules: rules, control: control)
    guard input.streams.count > stream else { throw RemuxError.changed }
    try input.prefer(stream)
    let subtitles = RecentSubtitles()
    var waiting = pass[...]
    var running: [(clip: Int, copy: ClipCopy)] = []
    var place = (packets: 0, time: index.packets[0].time)

    func close(_ isDone: (ClipCopy) -> Bool) throws {
      for (clip, copy) in running where isDone(copy) {
        try copy.finish()
        try finish(clip)
      }
      running.removeAll { isDone($0.copy) }
    }

    while !(waiting.isEmpty && running.isEmpty), try read(input) {
      let number = Int(input.packet.pointee.stream_index)
      let packet = ClipSource(input, number, video: stream, at: place, index)
      while let next = waiting.first, packet.isReached(clips[next].plan, of: index) {
        let sink = try ClipSink(open(next))
        let copy = try ClipCopy(clips[next], of: input, index, container, video: stream, to: sink)
        for subtitle in subtitles.all { try copy.add(subtitle) }
        running.append((next, copy))
        waiting.removeFirst()
      }
      for (_, copy) in running { try copy.add(packet) }
      subtitles.note(packet)
      if number == stream {
        guard place.packets < index.packets.count, index.packets[place.packets].isSame(packet.timed) else {
          throw RemuxError.changed
        }
        if index.packets[place.packets].place >= 0 { place.time = index.packets[place.packets].time }
        place.packets += 1
      }
      try close(\.isDone)
    }
    guard waiting.isEmpty, running.allSatisfy({ $0.copy.hasAllVideo(place.packets) }) else {
      throw input.failure ?? RemuxError.changed
    }
    try close { _ in true }
  }

  private func read(_ input: Input) throws -> Bool {
    switch input.read() {
    case .done: return true
    case .interrupted: throw RemuxError.interrupted
    default: return false
    }
  }
}

extension FrameIndex.Packet {
  fileprivate func isSame(_ packet: AVPacket) -> Bool {
    packet.pts == stamp && packet.dts == decodingStamp && packet.size == size
  }
}
