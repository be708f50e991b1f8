import R2P1DVideo
import VideoDecoding

/// What the ffmpeg program is asked for: its arguments, without its own name.
package struct Reencoding: Sendable {
  package let arguments: [[UInt8]]

  /// How the program is to be asked.
  package struct Options: Sendable {
    package var threads: Int?
    /// Whether it may begin at a key frame near the clip instead of at the start.
    package var seeks = true
    /// Whether it knows `-fps_mode`, as FFmpeg does from 5.1 on.
    package var knowsFrameRateMode = true
    /// Of the input.
    package var input = InputOptions()

    package init() {}
  }
}

extension CutVideo {
  /// How the program makes `clip` as the file `output`: from the first to the last of its frames, each for as
  /// long as it is shown, with the sound that there is meanwhile.
  package func reencoding(_ clip: CutClip, to output: BytePath, _ options: Reencoding.Options) -> Reencoding {
    let words = Words()
    // Damage is no reason to stop: labels are of what is left, too. Whether all frames came is seen
    // afterwards.
    words.add("-nostdin -hide_banner -v repeat+error -max_error_rate 1 -y -progress pipe:1")
    if let threads = options.threads { words.add("-threads \(threads)") }
    addInput(clip, options, to: words)
    words.add("-map 0:\(remuxer.index.info.track)")
    words.add("-vf", frameFilter(clip))
    addEncoder(to: words)
    if let threads = options.threads { words.add("-threads \(threads)") }
    words.add(options.knowsFrameRateMode ? "-fps_mode passthrough" : "-vsync passthrough")
    // That word for a container's own ticks changed from version to version.
    words.add("-enc_time_base:v 1:\(ticksOfSecond)")
    // Without it the last frame has no duration, and FFmpeg 7 writes an edit list that leaves it out. A
    // packet that `pts` is not said of gets its decoding time.
    words.add("-bsf:v", "setts=pts=PTS:dts=DTS:duration=\(lastDuration(clip))/TB")
    let sound = remuxer.sound(of: clip.frames)
    for stream in sound { words.add("-map 0:\(stream)") }
    if !sound.isEmpty {
      let (start, end) = rawTimes(clip)
      words.add("-af", "atrim=start=\(start):end=\(end),asetpts=PTS-(\(start))/TB")
      words.add("-c:a aac -b:a 192k")
    }
    // A timecode is that of the video's start.
    words.add("-map_metadata 0 -map_chapters -1 -metadata timecode= -metadata:s:v timecode=")
    words.add("-f \(reencodedContainer.format)")
    if reencodedContainer.format == "mp4" { words.add("-movflags +faststart") }
    words.add(path: output)
    return Reencoding(arguments: words.all)
  }

  private func addInput(_ clip: CutClip, _ options: Reencoding.Options, to words: Words) {
    let isAddress = options.input.allowsNetwork && file.string.contains("://")
    words.add("-protocol_whitelist", isAddress ? "http,https,httpproxy,tls,tcp" : "file")
    if isAddress, let certificates = options.input.certificates {
      words.add("-tls_verify 1 -ca_file")
      words.all.append(certificates.bytes)
    }
    if options.seeks, let key = keyTime(before: clip.frames.lowerBound) {
      words.add("-seek_timestamp 1 -noaccurate_seek -ss \(key)")
    }
    // Where frames of another size come, filters would begin anew, and count from 0 again.
    if size(of: clip) != nil { words.add("-reinit_filter 0") }
    // Stamps stay those of the container, which are known.
    words.add("-copyts -i")
    if isAddress { words.all.append(file.bytes) } else { words.all.append(Array("file:".utf8) + file.bytes) }
  }

  /// What all frames are scaled to where not all have the size and the pixels of others: that of the clip's
  /// first one.
  private func size(of clip: CutClip) -> (width: Int32, height: Int32)? {
    guard let decoded, !decoded.isUniform else { return nil }
    let first = decoded.layouts[clip.frames.lowerBound]
    return (first.width, first.height)
  }

  /// Keeps the frames of the clip, and no others, in one size.
  private func frameFilter(_ clip: CutClip) -> String {
    chosenFrames(clip) + (size(of: clip).map { ",scale=\($0.width):\($0.height)" } ?? "")
  }

  private func chosenFrames(_ clip: CutClip) -> String {
    let (first, last) = (clip.frames.lowerBound, clip.frames.upperBound - 1)
    let stamps = self.stamps
    guard let stamps, let start = stamps[first] else {
      return "select=between(n\\,\(first)\\,\(last)),setpts="
        + (isMonotonic(clip) ? "PTS-STARTPTS" : "N/FRAME_RATE/TB")
    }
    let end = last + 1 < times.times.count ? stamps[last + 1].map { ":end_pts=\($0)" } ?? "" : ""
    return "trim=start_pts=\(start)\(end),setpts=PTS-STARTPTS"
  }

  /// The ticks in which times are encoded and written alike, for before version 6 FFmpeg hands durations over
  /// uncounted where they differ: Matroska's, or the video's own, as many times finer as its muxer makes
  /// those of an MP4 file.
  private var ticksOfSecond: Int64 {
    if reencodedContainer.format == "matroska" { return 1000 }
    var ticks = Int64(max(remuxer.index.tick.denominator, 1))
    while ticks < 10_000 { ticks *= 2 }
    return ticks
  }

  /// For how many seconds the clip's last frame is shown, as a fraction.
  private func lastDuration(_ clip: CutClip) -> String {
    let last = clip.frames.upperBound - 1
    let duration = times.time(of: last + 1) - times.time(of: last)
    return "\(duration > 0 ? duration : times.period)/\(times.scale)"
  }

  /// H.264 without visible loss. Formats of pixels stay, but for those that it does not know, and halved
  /// chroma of odd sizes.
  private func addEncoder(to words: Words) {
    words.add("-c:v libx264 -crf 18 -preset medium")
    guard let pixels = remuxer.index.pixels else { return }
    let info = remuxer.index.info
    let isOdd = pixels.hasHalfWidth && info.width % 2 == 1 || pixels.hasHalfHeight && info.height % 2 == 1
    let isAnyOdd = info.width % 2 == 1 || info.height % 2 == 1
    if isOdd || pixels.isOther && isAnyOdd {
      words.add("-pix_fmt \(pixels.depth > 8 ? "yuv444p10le" : "yuv444p")")
    } else if pixels.isOther {
      words.add("-pix_fmt yuv420p")
    }
  }
}

/// Arguments under way.
private final class Words {
  var all: [[UInt8]] = []

  func add(_ words: String) { all += words.split(separator: " ").map { Array($0.utf8) } }

  /// An option and its value, which may hold spaces.
  func add(_ option: String, _ value: String) { all += [Array(option.utf8), Array(value.utf8)] }

  /// A file, whatever its name looks like.
  func add(path: BytePath) { all.append(Array("file:".utf8) + path.bytes) }
}
