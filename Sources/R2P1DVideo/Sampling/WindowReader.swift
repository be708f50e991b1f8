import Inference
import VideoDecoding

/// Reads a video once and hands over its windows in time order.
///
/// Only frames that a window shows are converted, each once, however many samples and windows show it; memory holds
/// the samples of the windows under way and no more. For one thread at a time.
package final class WindowReader {
  /// The samples of the video: element k is the number of the frame that sample k shows.
  package private(set) var picks: Sampler
  /// The first sample of each window.
  package private(set) var starts: [Int]
  /// When the first frame is shown, in seconds of a player's clock.
  package private(set) var start: Double
  /// From the first frame to the end of the last one, in seconds.
  package private(set) var duration: Double
  /// Time spent converting and resizing pictures so far.
  package private(set) var preprocessing = Duration.zero

  package var info: VideoInfo { video.info }
  package var samples: Int { picks.count }
  package var decodeErrors: Int { video.decodeErrors }
  package var framesDecoded: Int { video.framesDecoded }
  package var framesSkipped: Int { video.framesSkipped }

  /// What takes thumbnails on the way, if something does; for the reading thread until all windows are handed over.
  private var filmstrip: Filmstrip?

  private let video: Video
  private let preprocessor: Preprocessor
  private let plan: Plan
  private let seeking: Bool

  /// What was asked for.
  private struct Plan {
    let frames: Int
    let rate: SampleRate
    let placement: WindowPlacement
    let start: Rational?
    let end: Rational?
    let maxSamples: Int
  }

  /// Opens the video and lays out its windows of `frames` samples (at least 1).
  ///
  /// `path` is the path's bytes; `start` and `end` bound the part to look at, in seconds of a player's clock;
  /// `seeking` allows skipping frames, with the same result; `track` is a stream's number in the container, nil for
  /// the best video stream; `threads` are the decoder's; `rules` say what is refused.
  package init(
    path: [UInt8], frames: Int, rate: SampleRate, placement: WindowPlacement, resize: Resize,
    normalization: Normalization, start: Rational? = nil, end: Rational? = nil,
    seeking: Bool = true, track: Int? = nil, threads: Int, rules: InputRules = InputRules(),
    control: DecodingControl = DecodingControl()
  ) throws(VideoError) {
    video = try Video(source: .path(path), threads: threads, track: track, rules: rules, control: control)
    preprocessor = Preprocessor(resize, normalization)
    plan = Plan(
      frames: max(frames, 1), rate: rate, placement: placement, start: start, end: end,
      maxSamples: rules.maxSamples)
    self.seeking = seeking
    let timeline = try video.timeline()
    (picks, starts) = try Self.layOut(plan, timeline)
    (self.start, duration) = timeline.seconds
  }

  private static func layOut(_ plan: Plan, _ timeline: PresentationTimes) throws(VideoError) -> (
    Sampler, [Int]
  ) {
    let sampler = try Sampler(timeline, rate: plan.rate, start: plan.start, end: plan.end)
    if case .stride = plan.placement, sampler.count > plan.maxSamples {
      throw .tooManySamples(found: sampler.count, limit: plan.maxSamples)
    }
    let starts = try sampler.starts(frames: plan.frames, plan.placement)
    return (sampler, starts)
  }

  /// From now on `filmstrip` looks at the pictures too.
  func addFilmstrip(_ filmstrip: Filmstrip) {
    filmstrip.layOut(over: picks, beginsAnew: true)
    self.filmstrip = filmstrip
  }

  /// Hands every window to `body`.
  ///
  /// If the pictures turn out to be shown at other times than the container said, the windows are laid out anew and
  /// `picks`, `starts`, `start` and `duration` change. Where windows handed over already lie elsewhere then, all come again:
  /// **a window with number 0 begins the list anew.**
  package func windows(_ body: (Window) throws -> Void) throws {
    var done = 0
    while true {
      do {
        try read(&done, body)
        return
      } catch VideoError.timelineChanged {
        let (before, startsBefore) = (picks, starts)
        let timeline = try video.timeline()
        (picks, starts) = try Self.layOut(plan, timeline)
        (start, duration) = timeline.seconds
        let same = (0..<done).allSatisfy {
          $0 < starts.count && starts[$0] == startsBefore[$0]
            && frames(of: starts[$0], in: picks).elementsEqual(frames(of: starts[$0], in: before))
            && times(of: starts[$0], in: picks) == times(of: startsBefore[$0], in: before)
        }
        if !same { done = 0 }
        filmstrip?.layOut(over: picks, beginsAnew: !same)
      }
    }
  }

  /// Hands over the windows from number `done` on.
  private func read(_ done: inout Int, _ body: (Window) throws -> Void) throws {
    var kept: [Int: Sample] = [:]
    var next = done
    defer { done = next }
    let clock = ContinuousClock()
    try video.frames(framesNeeded(from: done), seeking: seeking) { number, frame in
      let began = clock.now
      kept[number] = try preprocessor.sample(of: frame)
      preprocessing += clock.now - began
      try filmstrip?.look(at: frame, number: number)
      while next < starts.count, picks[lastSample(of: starts[next])] <= number {
        try body(window(next, kept))
        next += 1
        let oldest = next < starts.count ? picks[starts[next]] : Int.max
        for old in kept.keys where old < oldest { kept[old] = nil }
      }
    }
  }

  private func window(_ number: Int, _ kept: [Int: Sample]) -> Window {
    let start = starts[number]
    let shown = frames(of: start, in: picks).compactMap { kept[$0] }
    let held = Array(repeating: shown[shown.count - 1], count: plan.frames - shown.count)
    let times = times(of: start, in: picks)
    return Window(
      number: number, count: starts.count, exactStart: times.start, exactEnd: times.end,
      videoEnd: self.start + duration, samples: shown + held, padded: !held.isEmpty)
  }

  /// When the window that starts at sample `start` starts and ends.
  private func times(of start: Int, in picks: Sampler) -> (start: Rational, end: Rational) {
    (picks.time(of: start), min(picks.time(of: start + plan.frames), picks.endTime))
  }

  private func lastSample(of start: Int) -> Int { min(start + plan.frames, picks.count) - 1 }

  /// The frame at each sample of the window that starts at `start`, without those held beyond the end.
  private func frames(of start: Int, in picks: Sampler) -> Slice<Sampler> {
    picks[min(start, picks.count)..<min(start + plan.frames, picks.count)]
  }

  /// Every frame that windows from number `first` on show, ascending.
  private func framesNeeded(from first: Int) -> [Int] {
    var numbers: [Int] = []
    var next = 0
    for start in starts[min(first, starts.count)...] {
      for sample in max(start, next)...lastSample(of: start) where picks[sample] != numbers.last {
        numbers.append(picks[sample])
      }
      next = lastSample(of: start) + 1
    }
    return numbers
  }
}

extension PresentationTimes {
  /// When the first frame is shown in a player's clock, which shows nothing before 0, and the video's duration.
  fileprivate var seconds: (start: Double, duration: Double) {
    (clockTime(0).double, Rational(nearest: duration, scale).double)
  }
}
