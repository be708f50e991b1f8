import R2P1DVideo
import VideoDecoding

import struct SystemPackage.Errno

/// A video that clips are cut from: its packets are known, and so when each frame is shown.
package final class CutVideo {
  package let file: BytePath
  /// What follows the last dot of its name.
  let nameEnding: String
  let remuxer: Remuxer
  let options: InputOptions
  let track: Int?
  /// Those of all frames, by the packets.
  private(set) lazy var indexStamps = remuxer.index.stamps
  /// Once the packets' word proved wrong.
  var decoded: DecodedFrames?

  /// Opens a file, or an address where `options` allow it. `name`: it is a part of the file called so.
  package init(
    _ file: BytePath, partOf name: BytePath? = nil, track: Int?, _ options: InputOptions
  ) throws(ClassifierError) {
    self.file = file
    nameEnding = Self.ending(of: name ?? file)
    self.options = options
    self.track = track
    do {
      remuxer = try Remuxer(
        source: .path(file.bytes), track: track, ending: nameEnding, rules: options.rules)
    } catch {
      throw .video(file, error)
    }
  }

  /// What follows the last dot of its name, as it is.
  static func ending(of file: BytePath) -> String {
    let name = file.sourceName.bytes
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return "" }
    return String(validating: name[(dot + 1)...], as: UTF8.self) ?? ""
  }

  /// How clips' names end: with a copy as the file's own, else as what the ffmpeg program is to write.
  package func ending(_ mode: CutClip.Mode) throws(ClassifierError) -> String {
    switch mode {
    case .exact: return reencodedContainer.ending
    case .copy:
      do {
        return try remuxer.container.get().ending
      } catch {
        throw .video(file, cause: "\(error)", remedy: .reencode)
      }
    }
  }

  var times: PresentationTimes { decoded?.times ?? remuxer.index.times }

  /// Seconds from the container's start to the video's end.
  package var end: ClipTime { ClipTime(units: times.start + times.duration, scale: times.scale) }

  /// The clips of `segments`, which are in the order of their starts; nil in the place of each that lies
  /// outside the video.
  package func clips(
    of segments: [CutSegment], mode: CutClip.Mode
  ) throws(ClassifierError) -> [CutClip?] {
    let names = ClipName(
      of: file, ending: try ending(mode), count: segments.count, last: segments.last?.start ?? 0)
    var number = 0
    return segments.map { segment in
      guard let wanted = times.frames(of: segment) else { return nil }
      number += 1
      let frames = mode == .exact ? wanted : ClipPlan(wanted, of: remuxer.index).frames
      return CutClip(
        segment: segment, name: names.name(number, at: segment.start, label: segment.label),
        frames: frames, start: time(of: frames.lowerBound), end: time(of: frames.upperBound), mode: mode)
    }
  }

  func time(of frame: Int) -> ClipTime {
    ClipTime(units: times.time(of: frame), scale: times.scale)
  }

  /// Copies `clips` in one reading of the file: `open` gives the descriptor of a file of `folder` to write
  /// from its start, and `finish` is called when it is complete, with what it shows; or with an error, where
  /// it would show something else.
  package func copy(
    _ clips: [CutClip], into folder: BytePath, open: (CutClip) throws -> Int32,
    finish: (CutClip, Result<CutClip, ClassifierError>) throws -> Void
  ) throws(ClassifierError) {
    let planned = clips.map { ($0, ClipPlan(times.frames(of: $0.segment) ?? $0.frames, of: remuxer.index)) }
    let whole = planned.filter { !$0.1.holdsHidden(of: remuxer.index) }
    let broken = planned.filter { $0.1.holdsHidden(of: remuxer.index) }
    let truth = remuxer.index.isDoubtful ? try decodedFrames(of: file) : nil
    var files: [Int: Int32] = [:]
    do {
      for (clip, _) in broken {
        try finish(clip, .failure(refusal("hides frames, which a copy would show, between those", of: clip)))
      }
      try remuxer.copy(whole.map { Remuxer.Clip($1, named: $0.name.string) }) { number in
        let descriptor = try open(whole[number].0)
        files[number] = descriptor
        return descriptor
      } finish: { number in
        let clip = whole[number].0
        let result = truth.map { seen(clip, in: files[number] ?? -1, $0) } ?? .success(clip)
        try finish(clip, result)
      }
    } catch let error as ClassifierError {
      throw error
    } catch RemuxError.unwritable(let name, let code) {
      throw .output(
        folder.appending(BytePath(name)), cause: "cannot be written: \(Errno(rawValue: code).reason)")
    } catch let error as RemuxError where error.isOfCopying {
      throw .video(file, cause: "\(error)", remedy: .reencode)
    } catch {
      throw .video(file, error)
    }
  }

  /// That a copy of the clip would not be true, for the reason that `cause` begins to give.
  private func refusal(
    _ cause: String, of clip: CutClip, kind: FailureKind = .other
  ) -> ClassifierError {
    .video(
      file,
      cause: "\(cause) of '\(BytePath(clip.segment.label).printable)' from \(clip.segment.start.decimal) s",
      kind: kind, remedy: .reencode)
  }

  /// The clip with the frames that its file shows, which are looked for among the video's and have to be all
  /// those that were asked for.
  private func seen(
    _ clip: CutClip, in descriptor: Int32, _ truth: DecodedFrames
  ) -> Result<CutClip, ClassifierError> {
    let frames = try? decodedFrames(of: BytePath("/proc/self/fd/\(descriptor)"))
    let guess = truth.times.frame(at: clip.start.units * truth.times.scale / clip.start.scale)
    guard let frames, let found = truth.frames(of: frames, near: guess) else {
      return .failure(refusal("shows other frames as a whole than in a copy", of: clip, kind: .damaged))
    }
    guard let asked = truth.times.frames(of: clip.segment),
      found.lowerBound <= asked.lowerBound, asked.upperBound <= found.upperBound
    else {
      return .failure(
        refusal(
          "has packets that misplace its frames, so that a copy would lack some", of: clip, kind: .damaged))
    }
    return .success(
      CutClip(
        segment: clip.segment, name: clip.name, frames: found,
        start: ClipTime(units: truth.times.time(of: found.lowerBound), scale: truth.times.scale),
        end: ClipTime(units: truth.times.time(of: found.upperBound), scale: truth.times.scale),
        mode: clip.mode))
  }

  /// With one thread: what a decoder makes up for damage is the same then whatever comes before.
  private func decodedFrames(of path: BytePath) throws(ClassifierError) -> DecodedFrames {
    do {
      let track = path == file ? track : nil
      return try Video(source: .path(path.bytes), threads: 1, track: track, rules: options.rules)
        .decodedFrames(digesting: true)
    } catch {
      throw .video(file, error)
    }
  }
}

extension PresentationTimes {
  /// The frames that are shown in the segment; nil if none is.
  func frames(of segment: CutSegment) -> Range<Int>? {
    func thousandths(_ time: Rational) -> Int128 {
      Int128(time.numerator) * 1000 * scale / Int128(time.denominator)
    }
    return frames(from: thousandths(segment.start), to: thousandths(segment.end))
  }
}
