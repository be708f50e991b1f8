import ArgumentParser
import R2P1DVideo
import Reports

/// How a timeline is written, and what a person may choose of files for other tools.
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

  @Option(
    help: """
      What a stretch without a label is called (chapters, by default –: MP4 holds no gaps; otio, which leaves \
      it out by default).
      """)
  var fill: String?

  @Flag(help: "chapters: leave stretches without a label out, which Matroska can hold.")
  var noFill = false

  @Option(help: "resolve-edl: where the editor's timeline begins (default: 01:00:00:00).")
  var startTimecode: String?

  func validate() throws {
    try need(allScores, "--all-scores", of: \.holdsAllScores)
    try need(labelStudioConfig != nil, "--label-studio-config") { $0 == .labelStudio }
    try need(fill != nil, "--fill", of: \.isFilled)
    try need(noFill, "--no-fill", of: \.isFilled)
    try need(startTimecode != nil, "--start-timecode", of: \.hasStartTimecode)
    if fill != nil, noFill { throw ValidationError("--fill and --no-fill exclude each other") }
    if format.all.count > 1, outputDir == nil {
      throw ValidationError("several formats need --output-dir, a folder for their files")
    }
    if let startTimecode, SegmentDocumentOptions().starting(at: startTimecode) == nil {
      throw ValidationError(
        "--start-timecode is '\(startTimecode)', expected 01:00:00:00, or 01:00:00;00 in drop-frame counting")
    }
  }

  /// A usage error where an option is given and no format has a place for it.
  func need(_ isGiven: Bool, _ option: String, of holds: (TimelineFormat) -> Bool) throws {
    guard isGiven, !format.all.contains(where: holds) else { return }
    let others = TimelineFormat.allCases.filter(holds).map(\.rawValue)
    let names = others.count > 1 ? others.dropLast().joined(separator: ", ") + " or " : ""
    throw ValidationError("\(option) needs --format \(names)\(others.last ?? "")")
  }

  /// The choices as the library takes them.
  var documentOptions: SegmentDocumentOptions {
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
    all = names.compactMap { TimelineFormat(rawValue: String($0)) }
    guard all.count == names.count, Set(all).count == all.count else { return nil }
  }

  static var allValueStrings: [String] { TimelineFormat.allCases.map(\.rawValue) }

  var defaultValueDescription: String { all.map(\.rawValue).joined(separator: ",") }
}
