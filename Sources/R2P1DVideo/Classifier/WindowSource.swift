/// Where the windows of one video come from.
protocol WindowSource {
  /// Hands every window to `body` on the caller's thread, then says what the video was.
  ///
  /// A window with number 0 begins the list anew.
  func handOver(_ body: (Window) throws(ClassifierError) -> Void) throws(ClassifierError) -> VideoSummary
}

/// Windows that this process decodes itself.
struct OwnWindows: WindowSource {
  let reader: WindowReader
  let path: FilePath
  let threads: Int

  func handOver(_ body: (Window) throws(ClassifierError) -> Void) throws(ClassifierError) -> VideoSummary {
    try reader.windows(of: path, threads: threads, body)
    return VideoSummary(reader)
  }
}
