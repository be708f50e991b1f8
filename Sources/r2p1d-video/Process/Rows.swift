import R2P1DVideo

/// Text that goes out as it comes, though all of it may have to come again: from the first row, where the pictures
/// contradict the times that the container gave.
///
/// A file not yet under its name is begun anew then. From a pipe or a terminal nothing can be taken back: the text that
/// comes again is held against what went out, by a checksum, and is not written twice; if it differs, that is an error.
struct Rows {
  private let file: FilePath
  private let output: Output
  private var written = Tally()
  /// What came again so far, until it is as much as went out.
  private var again: Tally?

  /// How many texts there were, and a checksum of them.
  private struct Tally {
    var count = 0
    private var sum = Hasher()

    mutating func add(_ text: String) {
      count += 1
      sum.combine(text)
    }

    var checksum: Int { sum.finalize() }
  }

  init(of file: FilePath, _ output: Output) {
    self.file = file
    self.output = output
  }

  /// Begins the text, or begins it anew.
  mutating func begin() throws(ClassifierError) {
    if output.canBeTakenBack {
      try output.cut(to: 0)
      written = Tally()
    } else if written.count > 0 {
      again = Tally()
    }
  }

  mutating func write(_ text: String) throws(ClassifierError) {
    if text.isEmpty { return }
    guard again != nil else {
      written.add(text)
      return try output.write(text)
    }
    again?.add(text)
    try compare()
  }

  /// Ends the text.
  func end() throws(ClassifierError) {
    if again != nil { throw contradiction }
  }

  private mutating func compare() throws(ClassifierError) {
    guard let again, again.count == written.count else { return }
    guard again.checksum == written.checksum else { throw contradiction }
    self.again = nil
  }

  private var contradiction: ClassifierError {
    .video(
      file,
      cause: "its pictures are shown at other times than its container says, so that what was already written"
        + " is not right: use --output FILE")
  }
}
