import FoundationEssentials
import Glibc
import R2P1DVideo

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
