import ArgumentParser
import R2P1DVideo
import Reports

/// How a timeline is written.
struct TimelineFormatArguments: ParsableArguments {
  @Option(help: "How to write the timeline; several with commas between, into --output-dir.")
  var format = TimelineFormats(all: [.text])

  @Option(
    help: "Write a file of each format here, whole or not at all, called after the video: movie.mp4.vtt.")
  var outputDir: BytePath?

  @Flag(help: "The score of every class (csv: one column per class; json, jsonl).")
  var allScores = false

  @Option(help: "label-studio: write the matching labelling interface here.")
  var labelStudioConfig: BytePath?

  @OptionGroup var documents: DocumentArguments

  func validate() throws {
    try format.need(allScores, "--all-scores", of: \.holdsAllScores)
    try format.need(labelStudioConfig != nil, "--label-studio-config") { $0 == .labelStudio }
    try documents.check(format)
    if format.all.count > 1, outputDir == nil {
      throw ValidationError("several formats need --output-dir, a folder for their files")
    }
  }
}

/// What a person may choose of files for other tools.
struct DocumentArguments: ParsableArguments {
  @Option(
    help: """
      What a stretch without a label is called (chapters, by default –: MP4 holds no gaps; otio, which \
      leaves \
      it out by default).
      """)
  var fill: String?

  @Flag(help: "chapters: leave stretches without a label out, which Matroska can hold.")
  var noFill = false

  @Option(help: "resolve-edl: where the editor's timeline begins (default: 01:00:00:00).")
  var startTimecode: String?

  func validate() throws {
    if fill != nil, noFill { throw ValidationError("--fill and --no-fill exclude each other") }
    if let startTimecode, SegmentDocumentOptions().starting(at: startTimecode) == nil {
      throw ValidationError(
        "--start-timecode is '\(startTimecode)', expected 01:00:00:00, or 01:00:00;00 in drop-frame counting")
    }
  }

  /// A usage error where no format has a place for what is given.
  func check(_ formats: TimelineFormats, _ option: String = "--format") throws {
    try formats.need(fill != nil, "--fill", in: option, of: \.isFilled)
    try formats.need(noFill, "--no-fill", in: option) { $0 == .chapters }
    try formats.need(startTimecode != nil, "--start-timecode", in: option, of: \.hasStartTimecode)
    if let fill, fill.last == "\\", formats.all.contains(.chapters) {
      throw ValidationError("--fill must not end in a backslash: FFmpeg reads no such title of a chapter")
    }
  }

  /// The choices as the library takes them.
  var options: SegmentDocumentOptions {
    var options = SegmentDocumentOptions()
    if let startTimecode { options = options.starting(at: startTimecode) ?? options }
    if let fill { options.fill = .text(fill) }
    if noFill { options.fill = .none }
    return options
  }
}

/// One format or several, each once.
struct TimelineFormats: ExpressibleByArgument {
  let all: [TimelineFormat]

  init(all: [TimelineFormat]) { self.all = all }

  init?(argument: String) {
    let names = argument.split(separator: ",", omittingEmptySubsequences: false)
    var all: [TimelineFormat] = []
    for name in names {
      guard let format = TimelineFormat(rawValue: String(name)) else { return nil }
      if !all.contains(format) { all.append(format) }
    }
    self.all = all
  }

  /// A usage error where `name` is given and no format of `option` has a place for it.
  func need(
    _ isGiven: Bool, _ name: String, in option: String = "--format", of holds: (TimelineFormat) -> Bool
  ) throws {
    guard isGiven, !all.contains(where: holds) else { return }
    let others = TimelineFormat.allCases.filter(holds).map(\.rawValue)
    let names = others.count > 1 ? others.dropLast().joined(separator: ", ") + " or " : ""
    throw ValidationError("\(name) needs \(option) \(names)\(others.last ?? "")")
  }

  static var allValueStrings: [String] { TimelineFormat.allCases.map(\.rawValue) }

  var defaultValueDescription: String { all.map(\.rawValue).joined(separator: ",") }
}
