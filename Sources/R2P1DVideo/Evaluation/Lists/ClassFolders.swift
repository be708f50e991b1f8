import FoundationEssentials
import Glibc

import struct SystemPackage.Errno

/// A folder whose folders are classes, perhaps below folders of splits; the videos lie in them at any depth.
enum ClassFolders {
  static func read(_ source: ListSource) throws(ClassifierError) -> ListContents {
    let top = source.path
    let folders = try subfolders(of: top)
    guard !folders.isEmpty else {
      throw .list(top, cause: "holds no folders; expected one for each class, with its videos in it")
    }
    let splits = folders.filter { isSplitName($0.name.string) }
    if splits.isEmpty { return try contents(of: folders, split: nil) }
    var nested: [BytePath] = []
    for split in splits where try !subfolders(of: split).isEmpty { nested.append(split) }
    if nested.isEmpty { return try contents(of: folders, split: nil) }
    guard nested.count == folders.count else {
      let other = folders.first { !nested.contains($0) } ?? top
      throw .list(
        top,
        cause: "\(nested[0].name.printable) looks like a split and \(other.name.printable) like a class: "
          + "name the folder of one split")
    }
    var all = ListContents()
    for split in nested {
      all.add(try contents(of: subfolders(of: split), split: split.name.string))
    }
    return all
  }

  private static func contents(of classes: [BytePath], split: String?) throws(ClassifierError) -> ListContents
  {
    var contents = ListContents()
    for folder in classes {
      var found = VideoFinder()
      try found.walk(folder)
      if found.videos.isEmpty { contents.notes.append("\(folder.printable) holds no video") }
      contents.notes += found.notes
      contents.entries += found.videos.map {
        ListEntry(path: $0, labels: [folder.name.string], split: split, line: 0)
      }
    }
    contents.classes = classes.map(\.name.string).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    contents.number()
    return contents
  }

  private static func subfolders(of folder: BytePath) throws(ClassifierError) -> [BytePath] {
    do throws(Errno) {
      return try folder.entries().filter { $0.bytes.first != UInt8(ascii: ".") }
        .map(folder.appending).filter(\.isFolder)
    } catch {
      throw .list(folder, cause: "cannot be read: \(error.reason)")
    }
  }

  private static func isSplitName(_ name: String) -> Bool {
    ["train", "training", "val", "valid", "validation", "validate", "test", "testing", "eval", "dev"]
      .contains(name.lowercased())
  }
}

extension ListContents {
  fileprivate mutating func add(_ other: ListContents) {
    entries += other.entries
    let names = Set((classes ?? []) + (other.classes ?? []))
    classes = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    notes += other.notes
    number()
  }

  /// Entries that have no lines are counted.
  fileprivate mutating func number() {
    for index in entries.indices { entries[index].line = index + 1 }
  }
}

/// The videos below a folder, at any depth, in the order of their names' bytes; hidden ones are skipped.
struct VideoFinder {
  private(set) var videos: [BytePath] = []
  private(set) var notes: [String] = []

  /// Deeper than any data set lies; a link that leads back ends here.
  private static let deepest = 12
  /// More than any data set has.
  private static let most = 10_000_000

  mutating func walk(_ folder: BytePath, depth: Int = 0) throws(ClassifierError) {
    let names: [BytePath]
    do throws(Errno) {
      names = try folder.entries()
    } catch {
      throw .list(folder, cause: "cannot be read: \(error.reason)")
    }
    for name in names where name.bytes.first != UInt8(ascii: ".") {
      let path = folder.appending(name)
      if name.isVideoName, !path.isFolder {
        guard videos.count < Self.most else { throw .list(folder, cause: "holds more than 10000000 videos") }
        videos.append(path)
      } else if path.isFolder {
        guard depth < Self.deepest else {
          notes.append("\(path.printable) lies too deep and was skipped")
          continue
        }
        try walk(path, depth: depth + 1)
      }
    }
  }
}

/// Where the videos of a folder are, by their names: for lists that name no folders.
struct VideoIndex {
  private var places: [BytePath: [BytePath]] = [:]
  let root: BytePath

  init(_ root: BytePath) throws(ClassifierError) {
    self.root = root
    guard root.isFolder else { throw .list(root, cause: "is no folder; expected that of the videos") }
    var finder = VideoFinder()
    try finder.walk(root)
    for video in finder.videos { places[video.name.stem, default: []].append(video) }
  }

  /// The videos whose name without its ending is `stem`.
  func videos(named stem: String) -> [BytePath] { places[BytePath(stem)] ?? [] }

  /// The one of that name; where there are several, the one in a folder called as `folder` is, once folded.
  func video(named stem: String, in folder: String?) throws(ClassifierError) -> BytePath? {
    let found = videos(named: stem)
    guard found.count > 1 else { return found.first }
    let fitting = folder.map { folder in
      found.filter { LabelMatcher.fold($0.folder.name.string) == LabelMatcher.fold(folder) }
    }
    if let fitting, fitting.count == 1 { return fitting[0] }
    throw .list(
      root,
      cause: "'\(BytePath(stem).printable)' is there \(found.count) times: \(found[0].printable), "
        + "\(found[1].printable)")
  }
}
