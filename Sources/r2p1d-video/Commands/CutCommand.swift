import ArgumentParser
import Cutting
import Evaluation
import R2P1DVideo

struct CutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cut",
    abstract: "Cuts the clips of a label out of a video, without re-encoding or exactly.",
    discussion: """
      Segments are those of `timeline --segments`, or of a file that people have set or corrected. Clips are \
      numbered and named by their start and label, and a table, VIDEO.clips.csv, says what is in each. No \
      file is ever overwritten.
      """)

  @Argument(help: "The video.")
  var file: BytePath

  @OptionGroup(title: "Cutting") var cutting: CutArguments
  @OptionGroup(title: "Model") var model: ModelArguments
  @OptionGroup(title: "Model") var engine: EngineArguments
  @OptionGroup(title: "Model") var naming: ClassNameArguments
  @OptionGroup(title: "Model") var onlyLabels: SelectionArguments
  @OptionGroup(title: "Segments") var segmentation: SegmentationArguments
  @OptionGroup(title: "Segments") var certainty: SegmentScoreArguments
  @OptionGroup(title: "Sampling") var placement: StrideArguments
  @OptionGroup(title: "Sampling") var sampling: SamplingArguments
  @OptionGroup(title: "Internet") var addresses: AddressArguments
  @OptionGroup(title: "Internet") var certificates: CertificateArguments
  @OptionGroup(title: "Limits") var limits: LimitArguments

  func validate() throws {
    if file.isStandardInput { throw ValidationError("cut takes a video's file: standard input is none") }
    guard cutting.segments != nil else { return }
    for (isGiven, option) in networkOptions where isGiven {
      throw ValidationError("--segments asks no network: \(option) has no meaning with it")
    }
  }

  func run() async throws {
    if try await !cut() { ExitStatus.input.exit() }
  }

  /// Whether there is a clip of every segment.
  private func cut() async throws -> Bool {
    let list = try cutting.list(of: file)
    try Output.spare([file, model.model.file, naming.labels, cutting.segments])
    if cutting.quiet { Terminal.hideBars() }
    let program = cutting.exact ? try FFmpegProgram.find() : nil
    let folder = try ClipFolder(cutting.folder, of: file)
    defer { folder.removeIfEmpty() }
    let video = try CutVideo(file, track: sampling.samples.track, inputOptions)
    _ = try video.ending(cutting.mode)
    let segments = try await segments(list)
    let clips = try clips(of: segments, in: video)
    try folder.check(clips)
    var printer = CutPrinter(video, clips, isQuiet: cutting.quiet)
    let areMade =
      if let program {
        try encode(clips, of: video, with: program, into: folder, &printer)
      } else {
        try copy(clips, of: video, into: folder, &printer)
      }
    return areMade && clips.count == segments.count
  }

  private var inputOptions: InputOptions {
    var options = limits.options
    options.certificates = certificates.caFile
    options.allowsNetwork = addresses.allowNetwork
    return options
  }

  /// Copies the packets of all clips, each into a file that appears when it is complete.
  private func copy(
    _ clips: [CutClip], of video: CutVideo, into folder: ClipFolder, _ printer: inout CutPrinter
  ) throws(ClassifierError) -> Bool {
    var open: [BytePath: Output] = [:]
    var isComplete = true
    try video.copy(clips, into: cutting.folder) { clip in
      let output = try Output(new: folder.path(of: clip))
      open[clip.name] = output
      return output.descriptor
    } finish: { clip, result in
      let output = open.removeValue(forKey: clip.name)
      switch result {
      case .success(let clip):
        try output?.finish()
        try folder.note(clip)
        try printer.add(clip, at: folder.path(of: clip))
      case .failure(let error):
        Terminal.warn(error)
        isComplete = false
      }
    }
    return isComplete
  }

  /// Lets the ffmpeg program make one clip after another; whether it could make all.
  private func encode(
    _ clips: [CutClip], of video: CutVideo, with program: FFmpegProgram, into folder: ClipFolder,
    _ printer: inout CutPrinter
  ) throws(ClassifierError) -> Bool {
    var options = Reencoding.Options()
    options.threads = model.threads
    options.seeks = !sampling.samples.noSeek
    options.knowsFrameRateMode = program.knowsFrameRateMode
    options.input = inputOptions
    var isComplete = true
    for clip in clips {
      let path = folder.path(of: clip)
      let output = try Output(new: path)
      guard let draft = output.draft else { return false }
      var made: CutClip?
      var fault = "the \(clip.frames.count.counted("frame")) asked for"
      // What the packets say of the frames is found wrong, if it is, by what comes of it.
      let tries = video.isDecoded || video.isDecodingNeeded ? [true] : [false, true]
      for isDecoded in tries where made == nil {
        if isDecoded { try video.decode(threads: model.threads ?? 1) }
        guard let clip = video.renewed(clip) else { break }
        let copy = video.needsPart(for: clip) ? try Output(new: path) : nil
        guard let (source, part) = try source(of: clip, in: video, copy) else {
          fault = "its own sound, for the video's clock begins anew"
          break
        }
        let bar = printer.bar(clip)
        try program.encode(source.reencoding(part, to: draft, options).arguments, to: path, progress: bar)
        if source.shows(part, at: draft) { made = clip }
      }
      guard let made else {
        Terminal.warn(.video(file, cause: "'\(path.printable)' would not have \(fault)"))
        isComplete = false
        continue
      }
      try output.finish()
      try folder.note(made)
      try printer.add(made, at: path)
    }
    return isComplete
  }

  /// What the clip is encoded from: the video, or a copy of a part of it where there is an output for that.
  private func source(
    of clip: CutClip, in video: CutVideo, _ copy: Output?
  ) throws(ClassifierError) -> (video: CutVideo, clip: CutClip)? {
    guard let copy, let file = copy.draft else { return (video, clip) }
    return try video.part(around: clip, in: file, copy.descriptor)
  }

  /// What is to be cut, in the order of time.
  private func segments(_ list: LabelledList?) async throws -> [CutSegment] {
    let found: [CutSegment]
    if let list {
      found = try list.cutSegments(cutting.names).compactMap {
        $0.clamped(from: sampling.start?.seconds, to: sampling.end?.seconds)
      }
    } else {
      found = try await foundSegments()
    }
    let names = cutting.names.map { "'\(BytePath($0).printable)'" }.joined(separator: " or ")
    guard !found.isEmpty else {
      let labels = names.isEmpty ? "to cut" : "of \(names)"
      throw ClassifierError.video(
        file, cause: "has no segment \(labels)" + (list == nil ? ": a lower --enter finds more" : ""))
    }
    return found
  }

  /// Those that a network finds.
  private func foundSegments() async throws -> [CutSegment] {
    let network = try await Network.load(model.model, options: NetworkOptions(model, engine, certificates))
    let classifier = try await network.classifier(classifierOptions())
    Terminal.warn(of: classifier)
    let timeline = classifier.timeline(of: .file(file))
    let wanted: Set<Int>
    do {
      wanted = Set(try timeline.labels.indices(of: cutting.names))
    } catch {
      throw ClassifierError.network(timeline.model.name, cause: error.cause)
    }
    var segmenter = timeline.segmenter(segmentation.options(minimumScore: certainty.minScore))
    var progress = TimelineProgress(file, isQuiet: cutting.quiet)
    var found: [VideoSegment] = []
    for try await window in timeline {
      found += segmenter.add(window)
      progress.advance(window)
    }
    let summary = try await timeline.summary()
    progress.clear()
    Terminal.warn(summary.video.warnings, of: file)
    return (found + segmenter.finish()).filter { wanted.contains($0.index) }.map(CutSegment.init)
  }

  /// The clips of the segments; a line for each that lies outside the video.
  private func clips(of segments: [CutSegment], in video: CutVideo) throws(ClassifierError) -> [CutClip] {
    var clips: [CutClip] = []
    for (segment, clip) in zip(segments, try video.clips(of: segments, mode: cutting.mode)) {
      if let clip {
        clips.append(clip)
      } else {
        let place = segment.place.map { "\($0): " } ?? ""
        Terminal.warn(
          "\(file.printable): \(place)'\(BytePath(segment.label).printable)' from \(segment.start.decimal) "
            + "to \(segment.end.decimal) s shows no frame: the video ends at \(video.end.decimal) s")
      }
    }
    return clips
  }

  private func classifierOptions() throws(ClassifierError) -> ClassifierOptions {
    let stride = placement.stride.map(WindowPlacement.stride)
    var options = ClassifierOptions(model, sampling.options(stride), limits, certificates, addresses)
    try engine.computing.set(&options)
    options.labels = naming.labels
    try options.select(onlyLabels, minimumScore: certainty.minScore)
    options.givesReceipts = false
    return options
  }

  /// Whether an option is given, with its name, that says something of the network alone, or of encoding
  /// where nothing is encoded.
  private var networkOptions: [(Bool, String)] {
    let samples = sampling.samples
    let defaults = SegmentOptions()
    return [
      (model.model != .named("r2plus1d_18"), "--model"), (model.weights != nil, "--weights"),
      (engine.computing.precision != .given(.f32), "--precision"),
      (engine.computing.device != .cpu, "--device"), (naming.labels != nil, "--labels"),
      (onlyLabels.only != nil, "--only"), (placement.stride != nil, "--stride"),
      (samples.frames != nil, "--frames"), (samples.fps != nil, "--fps"), (samples.resize != nil, "--resize"),
      (segmentation.smooth != defaults.smoothing, "--smooth"),
      (segmentation.enter != defaults.enter, "--enter"), (segmentation.leave != nil, "--leave"),
      (segmentation.minLength != defaults.minimumLength, "--min-length"),
      (certainty.minScore != defaults.minimumScore, "--min-score"), (engine.offline, "--offline"),
      (model.threads != nil && !cutting.exact, "--threads"), (samples.noSeek && !cutting.exact, "--no-seek"),
    ]
  }
}

/// What the classes are called.
struct ClassNameArguments: ParsableArguments {
  @Option(help: "The names of the classes, one a line (default: the model's own).")
  var labels: BytePath?
}
