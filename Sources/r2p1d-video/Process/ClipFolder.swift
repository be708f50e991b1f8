import Cutting
import FoundationEssentials
import Glibc
import R2P1DVideo

import struct SystemPackage.Errno
import struct SystemPackage.FileDescriptor

/// The folder that clips go into, and their table, to which a row is added when a clip is complete.
struct ClipFolder {
  private let folder: BytePath
  private let video: BytePath
  private let table: BytePath
  /// The folders that were missing, the outermost first.
  private let made: [BytePath]

  /// Makes the folder where it is missing. Fails if it cannot be written to, or holds another file under the
  /// table's name.
  init(_ folder: BytePath, of video: BytePath) throws(ClassifierError) {
    self.folder = folder
    self.video = video
    table = folder.appending(ClipTable.name(for: video))
    made = folder.missingFolders
    try folder.makeFolders()
    guard folder.isFolder else { throw .output(folder, cause: "is no folder, expected one for the clips") }
    guard folder.withCString({ access($0, W_OK | X_OK) }) == 0 else {
      throw .output(folder, cause: "cannot be written: \(Errno.last.reason)")
    }
    try checkTable()
  }

  /// Removes the folders that were made for clips of which there are none.
  func removeIfEmpty() {
    for folder in made.reversed() where folder.withCString({ rmdir($0) }) != 0 { return }
  }

  func path(of clip: CutClip) -> BytePath { folder.appending(clip.name) }

  /// Fails if a file is there that a clip, or its table, would overwrite.
  func check(_ clips: [CutClip]) throws(ClassifierError) {
    for clip in clips { try Output.checkIsNew(path(of: clip)) }
  }

  /// A table of earlier clips of the video grows; any other file of its name is somebody's.
  private func checkTable() throws(ClassifierError) {
    var status = stat()
    guard table.withCString({ lstat($0, &status) }) == 0 else { return }
    let start = status.st_mode & S_IFMT == S_IFREG ? (try? InputFile(table).read(upTo: 4096)) ?? [] : []
    guard start.starts(with: ClipTable.header.utf8) else {
      try Output.checkIsNew(table)
      return
    }
  }

  /// Adds the clip's row to the table.
  func note(_ clip: CutClip) throws(ClassifierError) {
    do throws(Errno) {
      let file = try FileDescriptor.open(table, .writeOnly, options: [.create, .append, .noFollow])
      defer { try? file.close() }
      var status = stat()
      guard fstat(file.rawValue, &status) == 0 else { throw Errno.last }
      let text = (status.st_size == 0 ? ClipTable.header : "") + ClipTable.row(clip, of: video)
      let written = Array(text.utf8).withUnsafeBytes { bytes in
        Result { () throws(Errno) in try file.write(all: bytes) }
      }
      try written.get()
    } catch {
      throw .output(table, cause: "cannot be written: \(error.reason)")
    }
  }
}
