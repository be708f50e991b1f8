import R2P1DVideo

/// Files one after the other, as whoever decodes them gets to them.
protocol FileSource: Sendable {
  /// The next file, waited for; nil behind the last one, or soon after `isOver` has become true.
  mutating func next(until isOver: () -> Bool) throws(ClassifierError) -> BytePath?
}

/// Files that are known from the start.
struct ListedFiles: FileSource {
  private var rest: ArraySlice<BytePath>

  init(_ files: [BytePath]) { rest = files[...] }

  mutating func next(until isOver: () -> Bool) -> BytePath? { isOver() ? nil : rest.popFirst() }
}
