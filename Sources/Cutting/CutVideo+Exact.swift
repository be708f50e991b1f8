import R2P1DVideo
import VideoDecoding

extension CutVideo {
  /// What the ffmpeg program writes: Matroska for Matroska, else MP4.
  var reencodedContainer: (format: String, ending: String) {
    nameEnding.lowercased() == "mkv" ? ("matroska", ".mkv") : ("mp4", ".mp4")
  }

  /// The stamps of all frames, each later than the one before; nil where they are not.
  var stamps: [Int64?]? {
    if let decoded { return decoded.isIncreasing ? decoded.stamps : nil }
    return indexStamps
  }

  /// Whether the clip's frames have times that increase.
  func isMonotonic(_ clip: CutClip) -> Bool { decoded?.areIncreasing(clip.frames) ?? true }

  /// Seconds in the container's own clock of a frame that decoding can begin with, well before this one; nil
  /// where the start is as near.
  func keyTime(before frame: Int) -> String? {
    guard decoded == nil, indexStamps != nil, !isOgg,
      let entry = remuxer.index.entry(atOrBefore: frame, back: 1), entry > 0
    else { return nil }
    return rawTime(entry)
  }

  /// Behind a seek into the last page of an Ogg file the program gives sound that is off by a part of a page.
  private var isOgg: Bool { (try? remuxer.container.get().name.hasPrefix("og")) ?? false }

  /// From the clip's first frame to its end, in seconds of the container's own clock.
  func rawTimes(_ clip: CutClip) -> (start: String, end: String) {
    let length = times.time(of: clip.frames.upperBound) - times.time(of: clip.frames.lowerBound)
    let start = rawUnits(clip.frames.lowerBound)
    return (
      ClipTime(units: start, scale: times.scale).decimal,
      ClipTime(units: start + length, scale: times.scale).decimal
    )
  }

  private func rawTime(_ frame: Int) -> String {
    ClipTime(units: rawUnits(frame), scale: times.scale).decimal
  }

  private func rawUnits(_ frame: Int) -> Int128 {
    let stamp = decoded.map { $0.stamps[frame] } ?? remuxer.index.stamp(frame)
    return stamp.map { Int128($0) * times.tick } ?? times.times[frame]
  }

  /// Whether the packets alone do not say which frames there are, or decoding has to begin with the first;
  /// `decode` finds out.
  package var isDecodingNeeded: Bool {
    decoded == nil && (indexStamps == nil || remuxer.index.changesDecoder)
  }

  package var isDecoded: Bool { decoded != nil }

  /// Decodes the whole video, once, and counts by its frames from then on.
  package func decode(threads: Int) throws(ClassifierError) {
    if isDecoded { return }
    let found: DecodedFrames
    do {
      let video = try Video(
        source: .path(file.bytes), threads: threads, track: track, rules: options.rules)
      found = try video.decodedFrames()
    } catch {
      throw .video(file, error)
    }
    // The program's filters that turn frames are made for one size.
    guard found.isUniform || remuxer.index.info.orientation == .upright else {
      throw .video(file, cause: "cannot be encoded again: its frames change in size and have to be turned")
    }
    decoded = found
  }

  /// The clip by what is known now; nil if its segment shows no frame.
  package func renewed(_ clip: CutClip) -> CutClip? {
    times.frames(of: clip.segment).map {
      CutClip(
        segment: clip.segment, name: clip.name, frames: $0, start: time(of: $0.lowerBound),
        end: time(of: $0.upperBound), mode: clip.mode)
    }
  }

  /// Whether the container's times do not tell the clip's sound from another's: its clock begins anew.
  package func needsPart(for clip: CutClip) -> Bool {
    remuxer.index.shifts.isReset && !remuxer.sound(of: clip.frames).isEmpty
  }

  /// A copy of the part of the video that holds the clip, in which the clock goes on, and the clip as one of
  /// that; nil where such a copy would not be true. It is written to `file`, which is empty and open as
  /// `descriptor`.
  package func part(
    around clip: CutClip, in file: BytePath, _ descriptor: Int32
  ) throws(ClassifierError) -> (video: CutVideo, clip: CutClip)? {
    // Else packets and frames are not counted alike.
    guard times.times.count == remuxer.index.times.times.count else { return nil }
    let planned = ClipPlan(clip.frames, of: remuxer.index).frames
    let around = CutClip(
      segment: clip.segment, name: clip.name, frames: planned, start: time(of: planned.lowerBound),
      end: time(of: planned.upperBound), mode: .copy)
    var copied: CutClip?
    do {
      try copy([around], into: file.folder, open: { _ in descriptor }, finish: { copied = try? $1.get() })
    } catch {
      guard error.scope == .input else { throw error }
      return nil
    }
    guard let whole = copied?.frames, whole.clamped(to: clip.frames) == clip.frames else { return nil }
    let video = try CutVideo(file, partOf: self.file, track: nil, options)
    if let decoded, !decoded.isUniform { try video.decode(threads: 1) }
    guard video.times.times.count == whole.count else { return nil }
    let frames = clip.frames.lowerBound - whole.lowerBound..<clip.frames.upperBound - whole.lowerBound
    return (
      video,
      CutClip(
        segment: clip.segment, name: clip.name, frames: frames, start: video.time(of: frames.lowerBound),
        end: video.time(of: frames.upperBound), mode: .exact)
    )
  }

  /// Whether the file at `path` has as many frames as the clip, at the same times to two milliseconds.
  package func shows(_ clip: CutClip, at path: BytePath) -> Bool {
    let made = try? Remuxer(source: .path(path.bytes), track: nil, ending: "", rules: options.rules)
    guard let made = made?.index.times else { return false }
    let wanted = clip.frames.map { times.times[$0] - times.times[clip.frames.lowerBound] }
    guard made.times.count == wanted.count else { return false }
    return !isMonotonic(clip)
      || zip(made.times, wanted).allSatisfy {
        abs($0 * times.scale - $1 * made.scale) * 500 <= made.scale * times.scale
      }
  }
}
