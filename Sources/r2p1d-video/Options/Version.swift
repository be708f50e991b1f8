import R2P1DVideo

enum Version {
  /// The tool, FFmpeg's libraries, and the instruction set in use: one a line.
  static var text: String {
    let libraries = LibraryVersions.ffmpeg.map { "\($0.library) \($0.version)" }.joined(separator: ", ")
    return
      "r2p1d-video \(LibraryVersions.tool)\nFFmpeg \(libraries)\ninstruction set "
      + "\(LibraryVersions.instructionSet)"
  }
}
