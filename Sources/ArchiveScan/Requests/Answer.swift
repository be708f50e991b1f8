import R2P1DVideo
import Reports

/// What came of one request, as a line of JSON: `label`'s, and what it holds for.
struct Answer: Encodable {
  let outcome: ExplainedOutcome
  /// Why there are no labels; nil if there are.
  let kind: Kind?
  /// The file as it was when its decoding began.
  let stamp: FileStamp
  let settings: String

  /// What whoever asked can act on.
  enum Kind: String, Encodable {
    /// It is the file's own fault, on whatever machine.
    case input
    /// The process that decoded it crashed, was killed, or sent what it should not.
    case decoder
    /// The process that decoded it was given up without progress.
    case timeout
    /// There was not enough memory.
    case memory
    /// There is no such file here.
    case missing
  }

  private enum Key: CodingKey {
    case kind, stamp, settings
  }

  func encode(to encoder: any Encoder) throws {
    try outcome.encode(to: encoder)
    var values = encoder.container(keyedBy: Key.self)
    try values.encodeIfPresent(kind, forKey: .kind)
    try values.encode(stamp, forKey: .stamp)
    try values.encode(settings, forKey: .settings)
  }
}

extension Answer.Kind {
  /// Why the file at `path` failed.
  init(_ error: ClassifierError, _ fault: DecoderFault?, _ path: BytePath) {
    switch (fault, error.kind) {
    // No other machine has a file of such a name.
    case (nil, .missing) where path.bytes.isEmpty || path.bytes.contains(0): self = .input
    case (.ended, _): self = .decoder
    case (.timeout, _): self = .timeout
    case (.memory, _), (nil, .outOfMemory): self = .memory
    case (nil, .missing): self = .missing
    case (nil, _): self = .input
    }
  }
}

/// How far the file at hand is.
struct ProgressLine: Encodable {
  let file: BytePath
  let stamp: FileStamp
  let settings: String
  let progress: Windows

  struct Windows: Encodable {
    /// Windows that are scored.
    let done: Int
    /// Of how many, as far as is known; nil before the first.
    let of: Int?
  }

  private enum Key: CodingKey {
    case stamp, settings, progress
  }

  func encode(to encoder: any Encoder) throws {
    try file.encodeAsFile(to: encoder)
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(progress, forKey: .progress)
    try values.encode(stamp, forKey: .stamp)
    try values.encode(settings, forKey: .settings)
  }
}

/// The first line: requests are taken from now on, and this is what answers will hold for.
struct ReadyLine: Encodable {
  let ready = true
  let version = LibraryVersions.tool
  let model: ModelSummary
  let settings: String
  /// What `settings` is a hash of, besides the version.
  let facts: [String: String]
  /// Which has no part in it: the last digits of scores differ from one to another.
  let instructionSet = LibraryVersions.instructionSet
}

extension FileStamp: Encodable {
  private enum Key: String, CodingKey {
    case size
    case modified = "mtime_ns"
  }

  /// Null where there is no file.
  package func encode(to encoder: any Encoder) throws {
    guard self != .absent else {
      var value = encoder.singleValueContainer()
      return try value.encodeNil()
    }
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(size, forKey: .size)
    try values.encode(modified, forKey: .modified)
  }
}
