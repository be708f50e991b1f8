import VideoDecoding

/// Where the windows of a video lie, at the times that are known of it.
struct WindowLayout: Sendable {
  /// Element k is the number of the frame that sample k shows.
  let samples: Sampler
  /// The first sample of each window.
  let starts: [Int]
  /// When the first frame is shown, in seconds of a player's clock, which shows nothing before 0.
  let videoStart: Double
  /// From the first frame to the end of the last one, in seconds.
  let duration: Double
  /// Samples in a window.
  let frames: Int

  init(
    _ sampling: ResolvedSampling, _ timeline: PresentationTimes, maxSamples: Int
  ) throws(VideoError) {
    samples = try Sampler(timeline, rate: sampling.rate, start: sampling.start, end: sampling.end)
    if case .stride = sampling.placement, samples.count > maxSamples {
      throw .tooManySamples(found: samples.count, limit: maxSamples)
    }
    frames = max(sampling.frames, 1)
    starts = try samples.starts(frames: frames, sampling.placement)
    videoStart = timeline.clockTime(0).double
    duration = Rational(nearest: timeline.duration, timeline.scale).double
  }

  /// The numbers of the samples of a window, without those held beyond the end.
  private func sampleNumbers(_ window: Int) -> Range<Int> {
    min(starts[window], samples.count)..<min(starts[window] + frames, samples.count)
  }

  /// The frame at each of them.
  func frames(of window: Int) -> Slice<Sampler> { samples[sampleNumbers(window)] }

  /// What each of them shows; `damage` says it of a frame's number.
  func shown(in window: Int, damage: (Int) -> FrameDamage) -> [ShownFrame] {
    sampleNumbers(window).map { sample in
      let frame = samples[sample]
      return ShownFrame(
        sample: sample, due: samples.time(of: sample), time: samples.shownTime(of: sample), frame: frame,
        damage: damage(frame))
    }
  }

  func firstFrame(of window: Int) -> Int { samples[starts[window]] }

  func lastFrame(of window: Int) -> Int { samples[lastSample(of: window)] }

  private func lastSample(of window: Int) -> Int { min(starts[window] + frames, samples.count) - 1 }

  /// When a window starts and ends.
  func times(of window: Int) -> (start: Rational, end: Rational) {
    (samples.time(of: starts[window]), min(samples.time(of: starts[window] + frames), samples.endTime))
  }

  /// Every frame that windows from number `first` on show, ascending.
  func framesNeeded(from first: Int) -> [Int] {
    var numbers: [Int] = []
    var next = 0
    for window in min(first, starts.count)..<starts.count {
      let last = lastSample(of: window)
      for sample in max(starts[window], next)...last where samples[sample] != numbers.last {
        numbers.append(samples[sample])
      }
      next = last + 1
    }
    return numbers
  }

  /// Whether a frame is shown when the window has ended, or later, and so vouches for the whole of it:
  /// whatever is decoded after that frame, the window stays. Not so for the last one, which lies where the
  /// video ends.
  func isOver(_ window: Int, at frame: Int) -> Bool {
    window < starts.count - 1 && samples.isDue(starts[window] + frames, at: frame)
  }

  /// Whether a window lies in `other` as it does here, frame for frame.
  func has(_ window: Int, where other: WindowLayout) -> Bool {
    window < min(starts.count, other.starts.count) && starts[window] == other.starts[window]
      && frames(of: window).elementsEqual(other.frames(of: window))
      && times(of: window) == other.times(of: window)
  }

  /// Whether a window shows the same as in `other` at the same times, though its frames may be counted
  /// otherwise: one that no window shows may turn out to be missing.
  func shows(_ window: Int, as other: WindowLayout) -> Bool {
    window < min(starts.count, other.starts.count) && times(of: window) == other.times(of: window)
      && shownTimes(of: window).elementsEqual(other.shownTimes(of: window))
  }

  private func shownTimes(of window: Int) -> some Sequence<Rational> {
    sampleNumbers(window).lazy.map { samples.shownTime(of: $0) }
  }
}
