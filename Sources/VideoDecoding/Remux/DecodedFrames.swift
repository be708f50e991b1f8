import CFFmpeg

/// The frames of a stream as its decoder gives them, in the order shown.
package struct DecodedFrames: Sendable {
  package let times: PresentationTimes
  /// Each frame's own stamp, in ticks; nil where it has none.
  package let stamps: [Int64?]
  /// The size of each frame as it is stored, and the format of its pixels.
  package let layouts: [Layout]
  /// Each frame's digest of its pixels; none unless they were asked for.
  let digests: [UInt64]

  package struct Layout: Sendable, Equatable {
    package let width, height, format: Int32
  }

  /// Whether all frames are stored alike.
  package var isUniform: Bool { layouts.allSatisfy { $0 == layouts[0] } }

  /// Whether each frame is shown later than the one before.
  package var isIncreasing: Bool { areIncreasing(stamps.indices) }

  /// The same of some frames.
  package func areIncreasing(_ frames: Range<Int>) -> Bool {
    zip(stamps[frames], stamps[frames].dropFirst()).allSatisfy { one, next in
      if let one, let next { one < next } else { false }
    }
  }
}

extension DecodedFrames {
  /// Which of these frames `clip` shows, all of its own, from a place as near to `guess` as there is; nil if
  /// it shows other ones. Both have digests.
  package func frames(of clip: DecodedFrames, near guess: Int) -> Range<Int>? {
    guard let first = clip.digests.first, clip.digests.count <= digests.count else { return nil }
    let starts = (0...digests.count - clip.digests.count).filter { start in
      digests[start] == first && digests[start..<start + clip.digests.count].elementsEqual(clip.digests)
    }
    return starts.min { abs($0 - guess) < abs($1 - guess) }.map { $0..<$0 + clip.digests.count }
  }
}

extension Video {
  /// Decodes the whole stream for the stamps of its frames, and for a digest of the pixels of each if
  /// `digesting` says so.
  package func decodedFrames(digesting: Bool = false) throws(VideoError) -> DecodedFrames {
    try restart(reopening: true)
    var builder = TimelineBuilder(clock: clock)
    var times: [Int128] = []
    var stamps: [Int64?] = []
    var layouts: [DecodedFrames.Layout] = []
    var digests: [UInt64] = []
    var lastDuration: Int64?
    while try decodeNext() {
      guard times.count < rules.maxFrames else { throw .tooManyFrames(limit: rules.maxFrames) }
      stamps.append(decoder.stamp)
      times.append(builder.time(stamp: decoder.stamp))
      lastDuration = decoder.duration
      let frame = decoder.frame.pointee
      layouts.append(DecodedFrames.Layout(width: frame.width, height: frame.height, format: frame.format))
      if digesting { digests.append(try frame.digest) }
    }
    guard !times.isEmpty else { throw .noFrame(decodeErrors: decodeErrors) }
    return DecodedFrames(
      times: PresentationTimes(
        times: times, start: builder.start, lastDuration: lastDuration, clock: clock),
      stamps: stamps, layouts: layouts, digests: digests)
  }
}

extension AVFrame {
  /// A digest of the pixels.
  fileprivate var digest: UInt64 {
    get throws(VideoError) {
      let format = AVPixelFormat(rawValue: format)
      let count = av_image_get_buffer_size(format, width, height, 1)
      guard count > 0, let buffer = av_malloc(Int(count))?.assumingMemoryBound(to: UInt8.self) else {
        throw .outOfMemory
      }
      defer { av_free(buffer) }
      let planes = [data.0, data.1, data.2, data.3].map { $0.map { UnsafePointer($0) } }
      let strides = [linesize.0, linesize.1, linesize.2, linesize.3]
      guard av_image_copy_to_buffer(buffer, count, planes, strides, format, width, height, 1) >= 0 else {
        throw .outOfMemory
      }
      var digest = Digest()
      // Halves, each with its own checksum of 32 bits: one alone meets another's by chance too soon.
      let half = Int(count) / 2
      digest.add(UInt64(av_adler32_update(1, buffer, half)))
      digest.add(UInt64(av_adler32_update(1, buffer + half, Int(count) - half)))
      digest.add(UInt64(UInt32(bitPattern: width)) << 32 | UInt64(UInt32(bitPattern: height)))
      return digest.value
    }
  }
}
