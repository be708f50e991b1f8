import ArgumentParser
import R2P1DVideo

struct TimelineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timeline",
    abstract: "Says what happens when: a label a window, or segments.",
    discussion: """
      Windows lie every --stride samples over the whole video (default: half a window). vtt, srt and html give \
      segments, the other formats windows unless --segments is given.
      """)

  @Argument(help: "The video.")
  var file: FilePath

  @OptionGroup var shared: SharedOptions
  @OptionGroup(title: "Segments") var segmentation: SegmentationOptions
  @OptionGroup var result: OutputOptions

  @Option(help: "How to write the timeline.")
  var format: TimelineFormat = .text

  @Flag(
    name: .customLong("all-scores"), help: "The score of every class (csv: a column a class; json, jsonl).")
  var allScores = false

  func validate() throws {
    if shared.windows != nil {
      throw ValidationError("timeline covers the whole video: give --stride instead of --windows")
    }
    if allScores && !format.holdsAllScores {
      throw ValidationError("--all-scores needs --format csv, json or jsonl")
    }
  }

  func run() throws {
    let output = try result.open()
    var settings = shared.classifier
    settings.givesReceipts = format.isJSON
    let classifier = try Classifier(source: shared.model, options: settings)
    Terminal.complain(classifier.modelNotes)
    Terminal.complain(asked: shared.precision, used: classifier.precision)
    let timeline = try classifier.timeline(of: file, thumbnails: format.thumbnails)
    var progress = TimelineProgress(file, isQuiet: result.quiet)
    var rows = Rows(of: file, output)
    var report = format.report(of: timeline, options)

    let summary = try timeline.read { (window) throws(ClassifierError) in
      if window.number == 0 {
        report = format.report(of: timeline, options)
        try rows.begin()
        try rows.write(report.begin())
      }
      let text = report.add(window)
      if !text.isEmpty { progress.clear() }
      try rows.write(text)
      progress.advance(window)
    }
    progress.clear()
    Terminal.complain(summary.video.warnings, of: file)
    try rows.write(report.end(summary))
    try rows.end()
    try output.finish()
  }

  private var options: TimelineReportOptions {
    var options = TimelineReportOptions()
    options.showsSegments = segmentation.segments
    options.segments = segmentation.options
    options.showsAllScores = allScores
    options.top = shared.top
    options.showsLogits = shared.logits
    if format == .html, result.isBeside(file) { options.videoURL = file.relativeURL }
    return options
  }
}

/// How windows become segments.
struct SegmentationOptions: ParsableArguments {
  @Flag(help: "Segments instead of windows (json: beside them).")
  var segments = false

  @Option(help: "Average scores over so many seconds first, 0 to 60.")
  var smooth = 1.0

  @Option(help: "A label begins when it is the best with at least this score.")
  var enter = 0.4

  @Option(help: "It lasts while its score is at least this (default: half of --enter).")
  var leave: Double?

  @Option(
    name: .customLong("min-length"), help: "Seconds: closer segments are joined, shorter ones dropped.")
  var minLength = 1.0

  @Option(name: .customLong("min-score"), help: "A segment with a lower score stays unlabelled.")
  var minScore = 0.0

  func validate() throws {
    try check(smooth, "--smooth", 0...60, "0 to 60 seconds")
    try check(enter, "--enter", 0...1, "a score from 0 to 1")
    try check(leave ?? 0, "--leave", 0...1, "a score from 0 to 1")
    try check(minLength, "--min-length", 0...1e9, "seconds from 0")
    try check(minScore, "--min-score", 0...1, "a score from 0 to 1")
    if let leave, leave > enter { throw ValidationError("--leave must not be above --enter") }
  }

  /// The options as the library takes them.
  var options: SegmentOptions {
    var options = SegmentOptions()
    options.smoothing = smooth
    options.enter = enter
    options.leave = leave ?? enter / 2
    options.minimumLength = minLength
    options.minimumScore = minScore
    return options
  }

  private func check(
    _ value: Double, _ option: String, _ range: ClosedRange<Double>, _ expected: String
  ) throws {
    guard range.contains(value) else {
      throw ValidationError("\(option) is \(value), expected \(expected)")
    }
  }
}
