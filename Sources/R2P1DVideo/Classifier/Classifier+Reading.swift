import Inference
import VideoDecoding

extension WindowReader {
  /// A reader of the windows that `options` asks for, at the sampling in force; an error tells which file it is about.
  static func open(
    _ path: FilePath, _ sampling: ResolvedSampling, _ options: SamplingOptions,
    _ input: InputOptions = InputOptions(), threads: Int
  ) throws(ClassifierError) -> WindowReader {
    do {
      return try WindowReader(
        path: path.bytes, frames: sampling.frames, rate: sampling.rate, placement: sampling.placement,
        resize: sampling.resize, normalization: sampling.normalization, start: options.start,
        end: options.end, seeking: options.seeking, track: sampling.track,
        threads: threads, rules: input.rules)
    } catch {
      throw .video(path, error)
    }
  }

  /// Hands every window to `body` on the caller's thread, while another decodes the next ones; with one thread in all,
  /// that thread does both in turn.
  func windows(
    of path: FilePath, threads: Int, _ body: (Window) throws(ClassifierError) -> Void
  ) throws(ClassifierError) {
    // Used by the decoding thread alone until `ahead` returns.
    nonisolated(unsafe) let reader = self
    do {
      if threads > 1 {
        try ahead(capacity: Self.windowsAhead, produce: { try reader.windows($0) }, consume: body)
      } else {
        try windows(body)
      }
    } catch let error as ClassifierError {
      throw error
    } catch {
      throw .video(path, error)
    }
  }

  /// Enough to keep the network busy over a seek, few enough to be small beside it: a window's samples are 2.4 MB at 16 frames.
  private static var windowsAhead: Int { 3 }
}

extension VideoSummary {
  /// What `reader` found out; complete once it has handed over its windows.
  init(_ reader: WindowReader) {
    start = reader.start
    duration = reader.duration
    width = reader.info.width
    height = reader.info.height
    frameRate = reader.info.frameRate
    codec = reader.info.codec
    decodeErrors = reader.decodeErrors
    framesDecoded = reader.framesDecoded
    track = reader.info.track
    warnings = reader.info.dolbyVisionProfile.map { [.dolbyVision(profile: $0)] } ?? []
  }
}

extension ResolvedSampling {
  /// The options, completed by the model's own traits.
  init(_ options: SamplingOptions, merge: Merge, traits: ModelMetadata) {
    frames = options.frames ?? traits.frames
    rate = options.rate ?? traits.rate
    placement = options.placement
    resize = options.resize
    self.merge = merge
    track = options.track
    normalization = traits.normalization
  }
}
