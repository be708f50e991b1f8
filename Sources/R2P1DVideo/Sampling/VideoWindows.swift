import Inference
import VideoDecoding

/// The tensors that a network would see of a video, without the network: a sequence of them in time order,
/// each decoded as it is asked for. All iterators are of one and the same pass.
public struct VideoWindows: AsyncSequence, Sendable {
  public typealias Element = WindowTensor
  public typealias Failure = ClassifierError

  /// Where the windows lie.
  ///
  /// Where the frames contradict the times that the container gave, this is right only when all windows have
  /// come.
  public struct Layout: Sendable, Equatable, Codable {
    /// Samples in the part of the video that is looked at.
    public let samples: Int
    /// The first sample of each window.
    public let starts: [Int]
    /// For each window, the number of the frame shown at each of its samples, counted from 0 over the whole
    /// file.
    public let frames: [[Int]]

    public init(samples: Int, starts: [Int], frames: [[Int]]) {
      (self.samples, self.starts, self.frames) = (samples, starts, frames)
    }

    init(_ reader: WindowReader, _ sampling: ResolvedSampling) {
      let samples = reader.samples
      self.init(
        samples: samples, starts: reader.starts,
        frames: reader.starts.map { Array(reader.picks[$0..<Swift.min($0 + sampling.frames, samples)]) })
    }

    /// One line of JSON: what a reference is held against, and so no more than that.
    public var json: String { JSON.text(self, pretty: false) }
  }

  /// As far as is known before the first window.
  public let layout: Layout
  /// What may make the tensors other than one would expect.
  public let warnings: [VideoWarning]
  public let sampling: ResolvedSampling

  private let thread: StreamThread<State>

  /// Opens the video; the model only says how it wants to be sampled, its weights are not needed.
  public static func open(
    _ input: VideoInput, model: ModelSource, network: NetworkOptions = NetworkOptions(),
    options: ClassifierOptions = ClassifierOptions()
  ) async throws(ClassifierError) -> VideoWindows {
    let thread = StreamThread(video: input.name) { State(control: $0) }
    let opened = try await thread.run { (state) throws(ClassifierError) in
      try state.open(input, model, network, options)
    }
    return VideoWindows(
      layout: opened.layout, warnings: opened.warnings, sampling: opened.sampling, thread: thread)
  }

  public struct Iterator: AsyncIteratorProtocol {
    let windows: VideoWindows

    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(ClassifierError) -> WindowTensor? {
      try await windows.thread.run { (state) throws(ClassifierError) in
        try state.next()
      }
    }
  }

  public func makeAsyncIterator() -> Iterator { Iterator(windows: self) }

  /// Where the windows turned out to lie; those that are left are decoded.
  public func finalLayout() async throws(ClassifierError) -> Layout {
    try await thread.run { (state) throws(ClassifierError) in try state.finalLayout() }
  }

  /// All tensors of a layout as one .npy array: its header, always 128 bytes, for the tensors to follow in
  /// order.
  public func header(_ layout: Layout) -> [UInt8] {
    Npy.header(shape: [layout.starts.count, 3, sampling.frames, Sample.side, Sample.side])
  }

  /// So many are held until the last frame is decoded; with more, all is decoded once before, to know where
  /// windows lie.
  private static let mostSamplesHeldBack = 1024
}

extension VideoWindows {
  /// What the pass's thread has to itself.
  private struct State {
    private struct Pass {
      let path: BytePath
      let sampling: ResolvedSampling
      let reader: WindowReader
      let source: LocalWindowSource
      var settling = SettlingQueue<Window>()
      /// Whether windows need not be decoded once before, to know where they lie.
      var isSettled: Bool
      var hasEnded = false

      mutating func next() throws(ClassifierError) -> Window? {
        try settle()
        while true {
          if let window = settling.next() { return window }
          if hasEnded { return nil }
          switch try source.next() {
          case .window(let window): settling.add(window, isFinal: window.isFinal)
          case .restarted: settling.restart()
          case .ended:
            hasEnded = true
            settling.settle()
          }
        }
      }

      private mutating func settle() throws(ClassifierError) {
        guard !isSettled else { return }
        do {
          try reader.settle()
        } catch {
          throw .video(path, error)
        }
        isSettled = true
      }
    }

    private let control: DecodingControl
    private var pass: Pass?
    private var failure: ClassifierError?

    init(control: DecodingControl) { self.control = control }

    mutating func open(
      _ input: VideoInput, _ model: ModelSource, _ network: NetworkOptions, _ options: ClassifierOptions
    ) throws(ClassifierError) -> (layout: Layout, warnings: [VideoWarning], sampling: ResolvedSampling) {
      let traits = try ModelMetadata(of: model, weights: network.weights, folders: network.folders)
      try traits.check(options.sampling, model: "\(model)")
      let sampling = ResolvedSampling(options.sampling, merge: options.merge, traits: traits)
      let reader = try input.open(sampling, options.input, threads: options.threads, control: control)
      pass = Pass(
        path: input.name, sampling: sampling, reader: reader,
        source: LocalWindowSource(reader, of: input.name, threads: options.threads),
        isSettled: reader.samplesHeldBack <= mostSamplesHeldBack)
      return (Layout(reader, sampling), VideoSummary(reader).warnings, sampling)
    }

    /// The next window's tensor; nil after the last. What failed once fails again.
    mutating func next() throws(ClassifierError) -> WindowTensor? {
      if let failure { throw failure }
      do throws(ClassifierError) {
        return try pass?.next().map { WindowTensor($0) }
      } catch {
        failure = error
        throw error
      }
    }

    mutating func finalLayout() throws(ClassifierError) -> Layout {
      while try next() != nil {}
      guard let pass else { preconditionFailure("a video is opened first") }
      return Layout(pass.reader, pass.sampling)
    }
  }
}

/// One window as the network sees it: float32 [3, T, 112, 112], colour, time, row, column.
public struct WindowTensor: Sendable {
  public let number: Int
  /// When its first sample is shown and its last one ends, in seconds of a player's clock.
  public let start: Double
  public let end: Double
  package let samples: [Sample]

  init(_ window: Window) {
    (number, start, end, samples) = (window.number, window.start, window.end, window.samples)
  }

  /// The tensor's values in order.
  public var values: [Float] {
    var values: [Float] = []
    values.reserveCapacity(Sample.count * samples.count)
    for colour in 0..<3 {
      for sample in samples { values += sample.plane(colour) }
    }
    return values
  }
}
