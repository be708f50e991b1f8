import FoundationEssentials
import R2P1DVideo

import struct SystemPackage.Errno

/// HMDB51's lists: for each class `<class>_test_split1.txt`, with `file.avi n` in each line, where 1 is for
/// training, 2 for testing and 0 for neither.
enum HMDB51Split {
  /// The class and the split's number that a file's name says.
  static func number(of name: BytePath) -> (label: String, split: Int)? {
    let text = name.string
    guard text.hasSuffix(".txt"), let mark = text.firstRange(of: "_test_split"),
      mark.lowerBound > text.startIndex,
      let split = Int(text[mark.upperBound...].dropLast(4)), (1...99).contains(split)
    else { return nil }
    return (String(text[..<mark.lowerBound]), split)
  }

  static func isFolder(_ path: BytePath) -> Bool {
    (try? path.entries())?.contains { number(of: $0) != nil } ?? false
  }

  static func read(_ source: ListSource) throws(ClassifierError) -> ListContents {
    let folder = source.isFolder ? source.path : source.path.folder
    let names: [BytePath]
    do throws(Errno) {
      names = try folder.entries().filter { number(of: $0) != nil }
    } catch {
      throw .list(folder, cause: "cannot be read: \(error.reason)")
    }
    let splits = Set(names.compactMap { number(of: $0)?.split }).sorted()
    guard let wanted = source.isFolder ? splits.first : number(of: source.path.name)?.split else {
      throw .list(source.path, cause: "is not called CLASS_test_splitN.txt, nor holds files that are")
    }
    if source.isFolder, splits.count > 1 {
      throw .list(
        source.path,
        cause:
          "holds the splits \(splits.map(String.init).joined(separator: ", ")): name one of its files, as "
          + "\(names[0].printable), for all of that split")
    }
    var contents = ListContents()
    var unused = 0
    for name in names where number(of: name)?.split == wanted {
      try read(folder.appending(name), source, into: &contents, &unused)
    }
    if unused > 0 {
      contents.notes.append("\(unused.counted("video is", "videos are")) in neither split, and skipped")
    }
    return contents
  }

  private static func read(
    _ file: BytePath, _ source: ListSource, into contents: inout ListContents, _ unused: inout Int
  ) throws(ClassifierError) {
    guard let label = number(of: file.name)?.label else { return }
    for line in try ListSource.lines(of: try ListSource.read(file), at: file) {
      func fail(_ cause: String) -> ClassifierError { .list(file, cause: "line \(line.number): \(cause)") }
      guard let gap = line.bytes.lastIndex(where: \.isBlank),
        let use = Int(String(decoding: line.bytes[(gap + 1)...], as: UTF8.self)), (0...2).contains(use)
      else { throw fail("expected a file and 1 (train), 2 (test) or 0 (unused)") }
      guard use > 0 else {
        unused += 1
        continue
      }
      let name = BytePath(bytes: line.bytes[..<gap].trimmedBlanks)
      let nested = source.resolve(Array("\(label)/".utf8) + name.bytes)
      let flat = source.resolve(name.bytes)
      contents.entries.append(
        ListEntry(
          path: !nested.isFile && flat.isFile ? flat : nested, labels: [label],
          split: use == 1 ? "train" : "test", line: line.number))
    }
  }
}
