import R2P1DVideo

extension LabelledList {
  /// Reads the list at `path`, whose form shows by its name and its first bytes unless the options say it.
  ///
  /// Files need not be there: who opens them finds out. What is ambiguous is refused, with its place.
  public static func read(
    _ path: BytePath, options: LabelledList.Options = LabelledList.Options()
  ) throws(ClassifierError) -> LabelledList {
    let source = try ListSource(path, options)
    let form = if let forced = options.form { forced } else { try Form.shown(by: source) }
    var contents = try form.read(source)
    try contents.takeSplit(options.split, of: path)
    try contents.joinRepeated(form, source)
    return try LabelledList(form, contents, source)
  }

  private init(_ form: Form, _ contents: ListContents, _ source: ListSource) throws(ClassifierError) {
    // Of one video a list may say that there is nothing in it.
    guard !contents.entries.isEmpty || source.options.video != nil else {
      let notes = contents.notes.map { "; \($0)" }.joined()
      throw .list(source.path, cause: "names no video (read as: \(form.title))\(notes)")
    }
    try contents.checkTimes(form, source)
    let names = try contents.names(form, source)
    let places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
    let videos = try contents.entries.map { (entry) throws(ClassifierError) in
      let labels = try entry.labels.map { (label) throws(ClassifierError) in
        guard let place = contents.isNumbered ? Int(label) : places[label] else {
          throw source.error(form, entry.line, "'\(BytePath(label).printable)' is none of the list's classes")
        }
        return place
      }
      return LabelledVideo(
        path: entry.path, labels: labels, group: entry.group, split: entry.split, start: entry.start,
        end: entry.end, line: entry.line)
    }
    self.init(
      file: source.path, form: form, classes: names, isNumbered: contents.isNumbered, videos: videos,
      notes: contents.notes)
    contradiction = contents.contradiction
  }
}

extension LabelledList.Form {
  /// The reader of this form.
  func read(_ source: ListSource) throws(ClassifierError) -> ListContents {
    guard source.isFolder ? canBeFolder : self != .folders else {
      let found = source.isFolder ? "is a folder" : "is a file"
      throw .list(source.path, cause: "\(found), expected a list of the form \(rawValue): \(title)")
    }
    return switch self {
    case .folders: try ClassFolders.read(source)
    case .csv: try LabelTable.read(source)
    case .mmaction2: try NumberedLines.read(source)
    case .kinetics: try KineticsTable.read(source)
    case .ucf101: try UCF101Split.read(source)
    case .hmdb51: try HMDB51Split.read(source)
    case .activitynet: try ActivityNetDatabase.read(source)
    case .labelStudio: try LabelStudioExport.read(source)
    case .elan: try ELANAnnotations.read(source)
    case .losslessCut: try LosslessCutSegments.read(source)
    case .timeline: try TimelineDocument.read(source)
    }
  }

  private var canBeFolder: Bool { [.folders, .ucf101, .hmdb51, .elan].contains(self) }

  /// The form that a list's name and first bytes show.
  static func shown(by source: ListSource) throws(ClassifierError) -> LabelledList.Form {
    if source.isFolder {
      if UCF101Split.isFolder(source.path) { return .ucf101 }
      if HMDB51Split.isFolder(source.path) { return .hmdb51 }
      return ELANAnnotations.isFolder(source.path) ? .elan : .folders
    }
    if HMDB51Split.number(of: source.path.name) != nil { return .hmdb51 }
    if try UCF101Split.isSplit(source.path) { return .ucf101 }
    let first = source.bytes.first { !$0.isBlank && $0 != UInt8(ascii: "\n") }
    switch first {
    case nil: throw .list(source.path, cause: "is empty")
    case UInt8(ascii: "<"): return .elan
    case UInt8(ascii: "{"): return TimelineDocument.isDocument(source) ? .timeline : .activitynet
    case UInt8(ascii: "["): return .labelStudio
    default: break
    }
    if KineticsTable.isHeader(of: source) { return .kinetics }
    if LosslessCutSegments.isHeader(of: source) || LosslessCutSegments.isWithoutHeader(source) {
      return .losslessCut
    }
    if LabelTable.isHeader(of: source) { return .csv }
    if NumberedLines.areLines(of: source) { return .mmaction2 }
    let first20 = source.bytes.prefix { $0 != UInt8(ascii: "\n") }.prefix(60)
    throw .list(
      source.path,
      cause:
        "begins with '\(BytePath(bytes: first20.trimmedBlanks).printable)', which is none of the forms read: "
        + LabelledList.Form.allCases.map(\.title).joined(separator: ", "))
  }
}

extension ListContents {
  /// Keeps the entries of the split that is asked for.
  fileprivate mutating func takeSplit(_ wanted: String?, of path: BytePath) throws(ClassifierError) {
    let counts = Dictionary(entries.compactMap(\.split).map { (SplitName($0), 1) }, uniquingKeysWith: +)
    let found = counts.map { "\(BytePath($0.key.name).printable) (\($0.value))" }.sorted()
      .joined(separator: ", ")
    guard let wanted, SplitName(wanted) != SplitName("all") else {
      if wanted == nil, counts.count > 1 {
        throw .list(path, cause: "has the splits \(found): name one of them, or all")
      }
      return
    }
    guard counts[SplitName(wanted)] != nil else {
      let splits = counts.isEmpty ? "it names none" : "found \(found)"
      throw .list(path, cause: "has no split '\(BytePath(wanted).printable)': \(splits)")
    }
    entries = entries.filter { $0.split.map(SplitName.init) == SplitName(wanted) }
  }

  /// A video that is listed twice is taken once; with another class it is an error, or has both.
  fileprivate mutating func joinRepeated(
    _ form: LabelledList.Form, _ source: ListSource
  ) throws(ClassifierError) {
    struct Part: Hashable {
      let path: BytePath
      let start, end: Rational?
    }
    var places: [Part: Int] = [:]
    var kept: [ListEntry] = []
    var (repeats, additions) = (0, 0)
    for entry in entries {
      let part = Part(path: entry.path, start: entry.start, end: entry.end)
      guard let place = places[part] else {
        places[part] = kept.count
        kept.append(entry)
        continue
      }
      let earlier = kept[place]
      let new = entry.labels.filter { !earlier.labels.contains($0) }
      if !new.isEmpty || entry.labels.count != earlier.labels.count, contradiction == nil {
        contradiction = Self.contradiction(entry, earlier, form, source)
      }
      kept[place].labels += new
      if new.isEmpty { repeats += 1 } else { additions += 1 }
    }
    if let contradiction, !source.options.isMultiLabel { throw contradiction }
    if repeats > 0 {
      notes.append("\(repeats.counted("entry repeats another", "entries repeat others")), taken once")
    }
    if additions > 0 {
      notes.append(
        "\(additions.counted("entry names another class", "entries name other classes")) of what is listed "
          + "before, which has them all")
    }
    entries = kept
  }

  private static func contradiction(
    _ entry: ListEntry, _ earlier: ListEntry, _ form: LabelledList.Form, _ source: ListSource
  ) -> ClassifierError {
    let (label, other) = (
      BytePath(entry.labels.joined(separator: ", ")).printable,
      BytePath(earlier.labels.joined(separator: ", ")).printable
    )
    return source.error(
      form, entry.line,
      "\(entry.path.printable) is '\(label)', but in \(form.unit) \(earlier.line) '\(other)'")
  }

  /// All entries have times, or none has.
  fileprivate func checkTimes(
    _ form: LabelledList.Form, _ source: ListSource
  ) throws(ClassifierError) {
    let segments = entries.count { $0.end != nil }
    for entry in entries {
      if segments > 0, entry.end == nil {
        throw source.error(
          form, entry.line, "has no start and end, as \(segments.counted("other has", "others have"))")
      }
      if let start = entry.start, let end = entry.end, end <= start {
        throw source.error(form, entry.line, "ends at \(end.double) s, and starts at \(start.double) s")
      }
    }
  }

  /// The classes' names, in the list's order or sorted.
  fileprivate func names(
    _ form: LabelledList.Form, _ source: ListSource
  ) throws(ClassifierError) -> [String] {
    if isNumbered {
      let highest = entries.flatMap(\.labels).compactMap { Int($0) }.max() ?? 0
      return LabelSet.numbered(highest + 1).names
    }
    for entry in entries {
      for label in entry.labels where label.isEmpty || label.contains(where: \.isNewline) {
        throw source.error(
          form, entry.line,
          label.isEmpty ? "has no label" : "the label '\(BytePath(label).printable)' holds a line break")
      }
    }
    // By characters' numbers: the order of bytes in UTF-8, as torchvision sorts folders.
    return classes ?? Set(entries.flatMap(\.labels)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// A split's name, as people write it: `val` is `valid` is `validation`.
private struct SplitName: Hashable {
  let name: String

  init(_ text: String) {
    let folded = text.lowercased()
    name = Self.same[folded] ?? folded
  }

  private static let same = [
    "training": "train", "valid": "val", "validation": "val", "validate": "val", "testing": "test",
  ]
}
