import FoundationEssentials
import Glibc
import Inference
import VideoDecoding

extension PipelineBenchmark {
  /// The figures, a table of the network's plan if one is wanted, and what one should know of the weights.
  public static func run(_ options: PipelineBenchmark.Options) async throws(ClassifierError) -> (
    figures: PipelineBenchmark, plan: String, notes: ModelNotes
  ) {
    try await StreamThread.value(model: "\(options.model)") { (_) throws(ClassifierError) in
      try measure(options)
    }
  }

  private static func measure(_ options: PipelineBenchmark.Options) throws(ClassifierError) -> (
    figures: PipelineBenchmark, plan: String, notes: ModelNotes
  ) {
    let clock = ContinuousClock()
    let began = clock.now
    let loaded = try LoadedModel(options.model, weights: options.weights, folders: options.folders)
    let frames = options.frames ?? loaded.traits.frames
    let packed = try loaded.packed(
      frames: frames, batch: options.batch, threads: options.threads, precision: options.precision,
      gpu: options.gpu)
    let predictor = try loaded.predictor(packed, threads: options.threads)
    let load = loaded.file.map { _ in LoadTime(seconds: seconds(clock.now - began)) }

    let windows = try loaded.namingModel { () throws(ModelError) in
      try noise(windows: options.batch, frames: frames)
    }
    var times: [Double] = []
    for _ in 0..<(2 + options.runs) {
      let start = clock.now
      _ = try loaded.namingModel(gpu: options.gpu?.facts.name) { () throws(ModelError) in
        try predictor.predict(windows)
      }
      times.append(seconds(clock.now - start))
    }
    let network = NetworkTime(
      architecture: loaded.model.network.name, frames: frames, batch: options.batch, threads: options.threads,
      isa: options.gpu?.facts.name ?? LibraryVersions.instructionSet, precision: predictor.precision.rawValue,
      seconds: Spread(Array(times.dropFirst(2))))
    let video = try options.video.map { (path) throws(ClassifierError) in
      try watch(path, track: options.track, frames, options.threads)
    }
    let figures = PipelineBenchmark(
      network: network, load: load, decode: video?.decode, preprocess: video?.preprocess)
    let notes = loaded.notes(wasChosen: options.weights != nil)
    guard options.wantsPlan else { return (figures, "", notes) }
    let plan = try loaded.namingModel { () throws(ModelError) in try predictor.plan }
    return (figures, plan?.text ?? "the scalar reference has no plan\n", notes)
  }

  /// Decodes and preprocesses all samples of a video, as a timeline does, telling the two costs apart.
  private static func watch(
    _ path: BytePath, track: Int?, _ frames: Int, _ threads: Int
  ) throws(ClassifierError) -> (decode: DecodeTime, preprocess: PreprocessTime) {
    var options = SamplingOptions()
    options.placement = .stride(max(frames / 2, 1))
    options.track = track
    let sampling = ResolvedSampling(options, merge: .mean, traits: ModelMetadata(frames: frames))
    var windows = 0
    let clock = ContinuousClock()
    let (began, cpuBegan) = (clock.now, cpuTime())
    let reader = try VideoInput.file(path).open(sampling, threads: threads)
    do {
      try reader.read { if case .window = $0 { windows += 1 } }
    } catch {
      throw .video(path, error)
    }
    let cpu = cpuTime() - cpuBegan
    let preprocessing = seconds(reader.preprocessing)
    let decode = DecodeTime(
      reader, seconds: seconds(clock.now - began) - preprocessing, cpuSeconds: cpu.roundedTime)
    return (decode, PreprocessTime(windows: windows, seconds: preprocessing))
  }

  /// Processor time of all threads so far, in seconds.
  private static func cpuTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Windows of normally distributed values around the middle of their range, the same every time.
  private static func noise(windows: Int, frames: Int) throws(ModelError) -> [[Sample]] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func uniform() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 24)
    }
    let values = SampleNormalization.kinetics.values
    return try (0..<windows).map { _ throws(ModelError) in
      try (0..<frames).map { _ throws(ModelError) in
        let sample = try Sample(values)
        // A sum of three uniform numbers is near enough to a normal one.
        for i in 0..<Sample.count { sample.bytes[i] = UInt8(85 * (uniform() + uniform() + uniform())) }
        return sample
      }
    }
  }

  private static func seconds(_ duration: Duration) -> Double {
    (duration / .seconds(1)).roundedTime
  }
}
