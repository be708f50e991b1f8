import Inference
import VideoDecoding

/// Reads a video once and hands over its windows in time order.
///
/// Only frames that a window shows are converted, each once, however many samples and windows show it; memory
/// holds the samples of the windows under way and no more. For one thread at a time.
package final class WindowReader {
  /// The samples of the video: element k is the number of the frame that sample k shows.
  package var picks: Sampler { layout.samples }
  /// The first sample of each window.
  package var starts: [Int] { layout.starts }
  /// When the first frame is shown, in seconds of a player's clock.
  package var start: Double { layout.videoStart }
  /// From the first frame to the end of the last one, in seconds.
  package var duration: Double { layout.duration }
  /// Time spent converting and resizing frames so far.
  package private(set) var preprocessing = Duration.zero

  package var info: VideoInfo { video.info }
  package var samples: Int { picks.count }
  package var decodeErrors: Int { video.decodeErrors }
  package var framesDecoded: Int { video.framesDecoded }
  package var framesSkipped: Int { video.framesSkipped }
  package var bytesRead: Int? { video.bytesRead }
  package var fileBytes: Int? { video.fileBytes }

  /// Ends the reading, from any thread: it throws within a frame or a packet.
  package let control: DecodingControl

  /// What takes thumbnails on the way, if something does; for the reading thread until all windows are handed
  /// over.
  private var filmstrip: Filmstrip?

  private let sampling: ResolvedSampling
  private let maxSamples: Int
  private let video: any FrameSource
  /// One for each crop.
  private let preprocessors: [Preprocessor]
  private var layout: WindowLayout
  /// Whether nothing can contradict `layout` any more.
  private var isSettled = false

  /// Lays out the windows of `video`, which looks at `control` too; at a stride, samples up to `maxSamples`.
  package init(
    _ video: any FrameSource, _ sampling: ResolvedSampling, maxSamples: Int, control: DecodingControl
  ) throws(VideoError) {
    self.sampling = sampling
    self.control = control
    self.maxSamples = maxSamples
    self.video = video
    preprocessors = Preprocessor.Crop.parts(sampling.crops).map {
      Preprocessor(sampling.resize, sampling.normalization, crop: $0)
    }
    layout = try WindowLayout(sampling, video.timeline(), maxSamples: maxSamples)
  }

  /// Opens the file and lays out its windows.
  ///
  /// `path` is the path's bytes; `threads` are the decoder's; `rules` say what is refused.
  package convenience init(
    path: [UInt8], _ sampling: ResolvedSampling, threads: Int, rules: InputRules = InputRules(),
    control: DecodingControl = DecodingControl()
  ) throws(VideoError) {
    let video = try Video(
      source: .path(path), threads: threads, track: sampling.track, rules: rules, control: control)
    try self.init(video, sampling, maxSamples: rules.maxSamples, control: control)
  }

  /// From now on `filmstrip` looks at the frames too.
  func addFilmstrip(_ filmstrip: Filmstrip) {
    filmstrip.layOut(over: picks, restarts: true)
    self.filmstrip = filmstrip
  }

  /// Hands over every window, and last what the video turned out to be.
  ///
  /// Where windows lie at a stride, one is handed over when it is final. Where they are spread evenly, their
  /// places hang on the whole duration, and the frames may contradict what the container says of it until the
  /// last one is decoded: windows come as soon as they are decoded, and `restarted` takes them back if it
  /// comes to that.
  ///
  /// Those before number `wanted` are left out where windows are final at once; else all come.
  package func read(from wanted: Int = 0, _ yield: (WindowEvent) throws -> Void) throws {
    var given = isFinalAtOnce && preprocessors.count == 1 && wanted < starts.count ? wanted : 0
    var first = given
    while true {
      do {
        try read(from: first, &given, yield)
        return try yield(.ended(VideoSummary(self)))
      } catch VideoError.timelineChanged {
        let before = layout
        layout = try WindowLayout(sampling, video.timeline(), maxSamples: maxSamples)
        let areSame = (0..<given).allSatisfy { layout.has($0, where: before) }
        if !areSame {
          let final = isFinalAtOnce ? given : 0
          guard (0..<final).allSatisfy({ layout.shows($0, as: before) }) else {
            throw VideoError.unreadable(
              reason: "its frames contradict its container after windows were handed over; remux it first")
          }
          if given > final { try yield(.restarted) }
          given = final
        }
        filmstrip?.layOut(over: picks, restarts: !areSame)
        // Thumbnails are taken of the frames that windows show, those before the first new one too.
        first = filmstrip != nil && !areSame ? 0 : given
      }
    }
  }

  /// How many samples windows that are not final hold at most.
  var samplesHeldBack: Int { isFinalAtOnce ? 0 : min(starts.count * layout.frames, samples) }

  /// Decodes all frames that windows need and converts none: windows that are read then are final as they
  /// come.
  func settle() throws {
    while !isSettled {
      do {
        try video.frames(layout.framesNeeded(from: 0), seeking: sampling.seeking) { _, _ in
          try control.check()
        }
        isSettled = true
      } catch VideoError.timelineChanged {
        layout = try WindowLayout(sampling, video.timeline(), maxSamples: maxSamples)
      }
    }
  }

  /// Whether a window is final once a frame behind it is decoded.
  ///
  /// A sample is the frame shown at a time, which no frame that is decoded later changes, nor one that no
  /// sample shows and that is missing. Where every frame is a sample, such a one would move all that follow:
  /// so none may be left out.
  private var isFinalAtOnce: Bool {
    if isSettled { return true }
    return switch (sampling.placement, sampling.rate) {
    case (.even, _), (_, .indexed): false
    case (.stride, .perSecond): true
    case (.stride(let samples), .source): samples <= layout.frames
    }
  }

  /// Reads the windows from number `first` on and hands over those from number `given` on.
  private func read(from first: Int, _ given: inout Int, _ yield: (WindowEvent) throws -> Void) throws {
    var kept: [Int: ConvertedFrame] = [:]
    var next = first
    // Decoded, but not yet final: of each place the windows of all crops.
    var waiting: ArraySlice<(place: Int, windows: [Window])> = []
    func hand(_ place: Int, _ windows: [Window]) throws {
      for window in windows { try yield(.window(window)) }
      given = place + 1
    }
    let clock = ContinuousClock()
    try video.frames(layout.framesNeeded(from: first), seeking: sampling.seeking) { number, frame in
      try control.check()
      let began = clock.now
      kept[number] = try converted(frame)
      preprocessing += clock.now - began
      try filmstrip?.look(at: frame, number: number)
      while next < starts.count, layout.lastFrame(of: next) <= number {
        if next >= given { waiting.append((next, windows(next, kept))) }
        next += 1
        let oldest = next < starts.count ? layout.firstFrame(of: next) : Int.max
        for old in kept.keys where old < oldest { kept[old] = nil }
      }
      while let (place, windows) = waiting.first,
        isSettled || !isFinalAtOnce || layout.isOver(place, at: number)
      {
        waiting.removeFirst()
        try hand(place, windows)
      }
    }
    for (place, windows) in waiting { try hand(place, windows) }
  }

  /// What is kept of a frame.
  private struct ConvertedFrame {
    /// Of each crop.
    var samples: [Sample] = []
    let damage: FrameDamage
  }

  private func converted(_ frame: borrowing Frame) throws(VideoError) -> ConvertedFrame {
    var converted = ConvertedFrame(damage: frame.damage)
    for preprocessor in preprocessors { converted.samples.append(try preprocessor.sample(of: frame)) }
    return converted
  }

  /// The windows of all crops at one place.
  private func windows(_ place: Int, _ kept: [Int: ConvertedFrame]) -> [Window] {
    let shown = layout.frames(of: place).compactMap { kept[$0]?.samples }
    let all = shown + Array(repeating: shown[shown.count - 1], count: layout.frames - shown.count)
    let times = layout.times(of: place)
    let frames = layout.shown(in: place) { kept[$0]?.damage ?? .none }
    return preprocessors.indices.map { crop in
      Window(
        number: place * preprocessors.count + crop, count: starts.count * preprocessors.count,
        exactStart: times.start, exactEnd: times.end, videoEnd: start + duration,
        samples: all.map { $0[crop] }, padded: shown.count < layout.frames, isFinal: isFinalAtOnce,
        shown: frames)
    }
  }
}
