import R2P1DVideo
import VideoDecoding

/// What an inspection keeps, and how much of it.
public struct InspectionOptions: Sendable {
  /// Whether the samples' pixels are kept, or only the facts.
  public var keepsPixels = true
  /// A video of more samples, those of all windows together, is refused: each that is kept takes 37 kB.
  public var maxSamples = 1024

  public init() {}
}

extension VideoInspection {
  /// What a network would be shown, without the network; the model only says how it wants to be sampled, its
  /// weights are not needed. `progress` is called on another thread with how many windows of how many are
  /// done.
  public static func read(
    _ input: VideoInput, model: ModelSource, network: NetworkOptions = NetworkOptions(),
    options: ClassifierOptions = ClassifierOptions(), keeping: InspectionOptions = InspectionOptions(),
    progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) async throws(ClassifierError) -> VideoInspection {
    let thread = StreamThread<DecodingControl>(video: input.name) { $0 }
    return try await thread.run { (control) throws(ClassifierError) in
      let traits = try ModelMetadata(of: model, weights: network.weights, folders: network.folders)
      try traits.check(options.sampling, model: "\(model)")
      let sampling = ResolvedSampling(options.sampling, merge: options.merge, traits: traits)
      let pass = try InspectionPass(input, sampling, options, keeping, control)
      return try pass.inspection { (source) throws(ClassifierError) in
        while true {
          switch try source.next() {
          case .window(let window): progress(window.number + 1, window.count)
          case .restarted: break
          case .ended(let video): return InspectionPass.Result(video: video)
          }
        }
      }
    }
  }
}

extension Classifier {
  /// What the network is shown of a video, and what it says of each window.
  public func inspect(
    _ input: VideoInput, keeping: InspectionOptions = InspectionOptions(),
    progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) async throws(ClassifierError) -> VideoInspection {
    let thread = StreamThread<DecodingControl>(video: input.name) { $0 }
    return try await thread.run { [self] (control) throws(ClassifierError) in
      let pass = try InspectionPass(input, sampling, options, keeping, control)
      return try pass.inspection(model) { (source) throws(ClassifierError) in
        let scored = try ScoredWindows(
          source, of: input.name, self, control: control, progress: progress)
        while let window = try scored.next() { source.note(labels(of: window).labels, of: window.number) }
        let video = try scored.summary
        return InspectionPass.Result(video: video, receipt: receipt(video))
      }
    }
  }
}

/// One reading of a video for its inspection; for one thread.
private struct InspectionPass {
  struct Result {
    let video: VideoSummary
    var receipt: Provenance?
  }

  private let file: BytePath
  private let sampling: ResolvedSampling
  private let source: InspectedSource
  /// As far as it was known before the first frame was decoded.
  private let opened: VideoSummary

  init(
    _ input: VideoInput, _ sampling: ResolvedSampling, _ options: ClassifierOptions,
    _ keeping: InspectionOptions, _ control: DecodingControl
  ) throws(ClassifierError) {
    (file, self.sampling) = (input.name, sampling)
    let reader = try input.open(sampling, options.input, threads: options.threads, control: control)
    opened = VideoSummary(reader)
    source = InspectedSource(
      LocalWindowSource(reader, of: input.name, threads: options.threads), of: input.name,
      frames: sampling.frames, keeping)
    try source.check(windows: reader.starts.count)
  }

  /// What `read` makes of the windows; where the video cannot be read to its end, those before.
  func inspection(
    _ model: ModelSummary? = nil, _ read: (InspectedSource) throws(ClassifierError) -> Result
  ) throws(ClassifierError) -> VideoInspection {
    do throws(ClassifierError) {
      let result = try read(source)
      return inspection(model, result, nil)
    } catch {
      guard case .video(_, _, let kind, _) = error, !source.windows.isEmpty, kind.isOfContent else {
        throw error
      }
      return inspection(model, Result(video: opened), error)
    }
  }

  private func inspection(
    _ model: ModelSummary?, _ result: Result, _ failure: ClassifierError?
  ) -> VideoInspection {
    VideoInspection(
      file: file, model: model, sampling: sampling, video: result.video, windows: source.windows,
      failure: failure, receipt: result.receipt)
  }
}

extension FailureKind {
  /// Whether it is the video that keeps its rest from being read, not who asks for it.
  fileprivate var isOfContent: Bool {
    switch self {
    case .damaged, .unreadable, .unsupported, .other: true
    default: false
    }
  }
}

/// Keeps what it hands on.
private final class InspectedSource: WindowSource {
  private(set) var windows: [InspectedWindow] = []

  private let source: LocalWindowSource
  private let path: BytePath
  private let frames: Int
  private let keeping: InspectionOptions
  /// How many windows, from the first on, are final.
  private var final = 0

  init(_ source: LocalWindowSource, of path: BytePath, frames: Int, _ keeping: InspectionOptions) {
    (self.source, self.path, self.frames, self.keeping) = (source, path, frames, keeping)
  }

  func next() throws(ClassifierError) -> WindowEvent {
    let event = try source.next()
    switch event {
    case .window(let window):
      try check(windows: window.count)
      windows.append(InspectedWindow(window, keepsPixels: keeping.keepsPixels))
      if window.isFinal { final = windows.count }
    case .restarted: windows.removeLast(windows.count - final)
    case .ended: break
    }
    return event
  }

  func note(_ labels: [ScoredLabel], of window: Int) { windows[window].labels = labels }

  func check(windows count: Int) throws(ClassifierError) {
    let (samples, overflows) = count.multipliedReportingOverflow(by: frames)
    guard overflows || samples > keeping.maxSamples else { return }
    throw .video(
      path,
      cause: "\(count) windows of \(frames) samples are more than can be shown at once "
        + "(\(max(1, keeping.maxSamples / frames).counted("window")))",
      kind: .limit(.windows), remedy: .fewerWindows)
  }
}
