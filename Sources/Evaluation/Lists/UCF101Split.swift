import FoundationEssentials
import R2P1DVideo

import struct SystemPackage.Errno

/// UCF101's lists: `trainlist01.txt` (`Class/v_Class_g08_c01.avi 1`) and `testlist01.txt` (without numbers),
/// with `classInd.txt`, which counts from 1, beside them. Videos of one `g08` were cut from one source.
enum UCF101Split {
  private static let classFile: BytePath = "classInd.txt"

  static func isFolder(_ path: BytePath) -> Bool { path.appending(classFile).isFile }

  /// Whether the file is one of UCF101's: by its name, for its lines look as others' do, which count from 0.
  static func isSplit(_ path: BytePath) throws(ClassifierError) -> Bool {
    guard part(of: path.name) != nil else { return false }
    guard path.folder.appending(classFile).isFile else {
      throw .list(
        path,
        cause:
          "is called as UCF101's lists are, but classInd.txt, which counts classes from 1, is not beside it; "
          + "rename it if it counts from 0")
    }
    return true
  }

  /// `train` and 1 of `trainlist01.txt`.
  private static func part(of name: BytePath) -> (split: String, number: Int)? {
    for split in ["train", "test"] {
      let text = name.string
      guard text.hasPrefix("\(split)list0"), text.hasSuffix(".txt"), text.utf8.count == split.utf8.count + 10,
        let number = Int(text.dropLast(4).suffix(1))
      else { continue }
      return (split, number)
    }
    return nil
  }

  static func read(_ source: ListSource) throws(ClassifierError) -> ListContents {
    let folder = source.isFolder ? source.path : source.path.folder
    let classes = try classes(folder.appending(classFile))
    var contents = ListContents()
    contents.classes = classes
    let matcher = LabelMatcher(classes)
    for file in try files(source) {
      let bytes = try ListSource.read(file)
      for line in try ListSource.lines(of: bytes, at: file) {
        contents.entries.append(try entry(line, of: file, classes, matcher, source))
      }
    }
    return contents
  }

  private static func files(_ source: ListSource) throws(ClassifierError) -> [BytePath] {
    guard source.isFolder else { return [source.path] }
    let names: [BytePath]
    do throws(Errno) {
      names = try source.path.entries().filter { part(of: $0) != nil }
    } catch {
      throw .list(source.path, cause: "cannot be read: \(error.reason)")
    }
    guard let number = names.first.flatMap(part(of:))?.number else {
      throw .list(source.path, cause: "holds classInd.txt, but neither trainlist01.txt nor testlist01.txt")
    }
    guard names.allSatisfy({ part(of: $0)?.number == number }) else {
      throw .list(
        source.path,
        cause:
          "holds several splits (\(names.map(\.printable).joined(separator: ", "))): name one of these files")
    }
    return names.map(source.path.appending)
  }

  /// `1 ApplyEyeMakeup`, one a line.
  private static func classes(_ path: BytePath) throws(ClassifierError) -> [String] {
    var names: [String] = []
    for line in try ListSource.lines(of: try ListSource.read(path), at: path) {
      let text = String(decoding: line.bytes, as: UTF8.self)
      let parts = text.split(maxSplits: 1, whereSeparator: \.isWhitespace)
      guard parts.count == 2, Int(parts[0]) == names.count + 1 else {
        throw .list(
          path,
          cause: "line \(line.number): '\(BytePath(text).printable)', expected '\(names.count + 1) CLASS'")
      }
      names.append(String(parts[1]).trimmed())
    }
    return names
  }

  private static func entry(
    _ line: (number: Int, bytes: ArraySlice<UInt8>), of file: BytePath, _ classes: [String],
    _ matcher: LabelMatcher, _ source: ListSource
  ) throws(ClassifierError) -> ListEntry {
    func fail(_ cause: String) -> ClassifierError { .list(file, cause: "line \(line.number): \(cause)") }
    var path = line.bytes
    var number: Int?
    if let gap = path.lastIndex(where: \.isBlank) {
      number = Int(String(decoding: path[(gap + 1)...], as: UTF8.self))
      if number != nil { path = path[..<gap].trimmedBlanks }
    }
    let name = BytePath(bytes: path)
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else {
      throw fail("'\(name.printable)' is in no class's folder")
    }
    let label = String(decoding: path[..<slash], as: UTF8.self)
    guard case .found(let place) = matcher.match(label) else {
      throw fail("'\(BytePath(label).printable)' is not in classInd.txt")
    }
    if let number, number != place + 1 {
      throw fail("has the number \(number), but \(BytePath(label).printable) is \(place + 1) in classInd.txt")
    }
    // v_ApplyEyeMakeup_g08_c01 without its last part.
    let parts = name.stem.string.split(separator: "_")
    let group = parts.last?.hasPrefix("c") == true ? parts.dropLast().joined(separator: "_") : nil
    return ListEntry(
      path: source.resolve(path), labels: [classes[place]], group: group,
      split: part(of: file.name)?.split, line: line.number)
  }
}
