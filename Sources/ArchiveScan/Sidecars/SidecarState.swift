import FoundationEssentials
import Glibc
import R2P1DVideo

import struct SystemPackage.Errno

// What earlier runs have left of a scan's timelines. A timeline that has its name is the user's to change: it
// is looked for, not into.

extension Sidecars {
  /// Whether the timelines of a row are there. Those that a killed run had ready get their names now.
  package func areComplete(_ record: ScanRecord) throws(ClassifierError) -> Bool {
    guard !record.isFailed, !timelines.isEmpty else { return true }
    guard record.sidecars.count == timelines.count else { return false }
    for (path, hash) in zip(paths(of: record.path), record.sidecars) {
      if let status = path.status, status.st_size > 0 || hash == SHA256.digits(of: []) {
        Self.removeDraft(of: path)
      } else if try !complete(path, hash) {
        return false
      }
    }
    return true
  }

  private func complete(_ path: BytePath, _ hash: String) throws(ClassifierError) -> Bool {
    guard Self.hasDraft(of: path), let draft = try? PartialFile(of: path, waiting: {}), draft.sha256 == hash
    else { return false }
    if path.status?.st_size == 0 { _ = path.withCString { unlink($0) } }
    try install(draft, at: path)
    return true
  }

  private static func hasDraft(of path: BytePath) -> Bool {
    var status = stat()
    return PartialFile.place(of: path).withCString { lstat($0, &status) } == 0
  }

  /// A draft that has been linked to its place, where a kill came before its own name was gone.
  private static func removeDraft(of path: BytePath) {
    if hasDraft(of: path) { _ = PartialFile.place(of: path).withCString { unlink($0) } }
  }

  /// Removes the timelines of rows that no longer hold, as far as they are as they were made. Fails, and
  /// removes nothing, where another file has the name of one that is to be written and nobody has said that
  /// it may be replaced.
  package func makeRoom(_ plan: ScanPlan, _ records: [ScanRecord]) throws(ClassifierError) {
    guard !timelines.isEmpty else { return }
    let rows = Dictionary(records.map { ($0.path, $0) }) { $1 }
    var own: [BytePath] = []
    var foreign: [BytePath] = []
    for video in plan.files {
      let hashes = rows[video]?.sidecars ?? []
      for (index, path) in paths(of: video).enumerated() where path.status != nil {
        let isOwn = Self.isUnchanged(path, index < hashes.count ? hashes[index] : nil)
        if isOwn { own.append(path) } else { foreign.append(path) }
      }
    }
    if !overwrites, let first = foreign.first {
      let others = foreign.count > 1 ? " (as are \(foreign.count - 1) more)" : ""
      throw .output(first, cause: "is there and was not made by this scan\(others)", remedy: .overwrite)
    }
    for path in own { _ = path.withCString { unlink($0) } }
  }

  /// Throws where two of `videos` would have timelines of one name: one video, named in two ways.
  func checkPlaces(of videos: [BytePath]) throws(ClassifierError) {
    guard !timelines.isEmpty else { return }
    var folders: [BytePath: BytePath] = [:]
    var owners: [BytePath: BytePath] = [:]
    for video in videos {
      guard let place = paths(of: video).first else { continue }
      let folder = folders[place.folder] ?? place.folder.resolved
      folders[place.folder] = folder
      guard let other = owners.updateValue(video, forKey: folder.appending(place.name)) else { continue }
      throw .output(
        place,
        cause:
          "would be of both '\(other.printable)' and '\(video.printable)', which are one video: name it once")
    }
  }

  private static func isUnchanged(_ path: BytePath, _ hash: String?) -> Bool {
    guard let hash, let size = path.status?.st_size, size <= largest else { return false }
    // Nothing in it is what a power cut leaves.
    return size == 0 || (try? path.read(limit: largest)).map { SHA256.digits(of: $0) } == hash
  }

  /// Of a timeline that is read again, in bytes.
  private static let largest = 1 << 30

  /// Waits until the disk has these files. A file that is gone by then is its remover's.
  static func sync(_ paths: [BytePath]) throws(ClassifierError) {
    for path in paths {
      let descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC) }
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      if fsync(descriptor) != 0, errno != EINVAL, errno != EROFS { throw failure(path, .last) }
    }
  }
}
