import FoundationEssentials
import R2P1DVideo

/// `path number`, one a line: mmaction2's, PySlowFast's, PyTorchVideo's. Classes count from 0; several
/// numbers are several classes. The path may hold blanks, and a comma may stand between.
enum NumberedLines {
  static func areLines(of source: ListSource) -> Bool {
    let first = source.bytes.drop { $0.isBlank || $0 == UInt8(ascii: "\n") }.prefix {
      $0 != UInt8(ascii: "\n")
    }
    return !Line(first.trimmedBlanks).numbers.isEmpty
  }

  /// A line's fields: numbers at its end, and what is before each.
  private struct Line {
    /// From the last one of the line to the first.
    let numbers: [(value: Int?, before: ArraySlice<UInt8>)]

    init(_ line: ArraySlice<UInt8>) {
      var numbers: [(value: Int?, before: ArraySlice<UInt8>)] = []
      var rest = line
      while let gap = rest.lastIndex(where: { $0.isBlank || $0 == UInt8(ascii: ",") }) {
        let digits = rest[(gap + 1)...]
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { break }
        rest = rest[..<gap].trimmedBlanks
        guard !rest.isEmpty else { break }
        numbers.append((Int(String(decoding: digits, as: UTF8.self)), rest))
      }
      self.numbers = numbers
    }
  }

  static func read(_ source: ListSource) throws(ClassifierError) -> ListContents {
    var contents = ListContents()
    contents.isNumbered = true
    for (number, bytes) in try source.lines() {
      func fail(_ cause: String) -> ClassifierError { source.error(.mmaction2, number, cause) }
      let line = Line(bytes)
      guard !line.numbers.isEmpty else {
        throw fail("'\(BytePath(bytes: bytes.prefix(80)).printable)' does not end in a class's number")
      }
      let count = try split(line.numbers.map(\.before), source, fail)
      let labels = try line.numbers.prefix(count).reversed().map { (part) throws(ClassifierError) in
        guard let value = part.value, value < highestClass else {
          throw fail("its class's number is too large, expected less than \(highestClass)")
        }
        return value
      }
      contents.entries.append(
        ListEntry(
          path: source.resolve(line.numbers[count - 1].before), labels: labels.map { "\($0)" }, line: number))
    }
    return contents
  }

  private static let highestClass = 1_000_000

  /// How many of a line's last numbers are classes: all, unless the names of files say otherwise.
  private static func split(
    _ paths: [ArraySlice<UInt8>], _ source: ListSource, _ fail: (String) -> ClassifierError
  ) throws(ClassifierError) -> Int {
    guard paths.count > 1 else { return 1 }
    // Lines of raw frames: a folder, the number of its frames, a class.
    if paths.count == 2, source.resolve(paths[1]).isFolder {
      throw fail("\(BytePath(bytes: paths[1]).printable) is a folder of frames, expected a video")
    }
    let there = paths.indices.filter { source.resolve(paths[$0]).isFile }
    guard there.count <= 1 else {
      throw fail(
        "\(BytePath(bytes: paths[there[0]]).printable) and \(BytePath(bytes: paths[there[1]]).printable) "
          + "are both there: rename one")
    }
    return there.first.map { $0 + 1 } ?? paths.count
  }
}
