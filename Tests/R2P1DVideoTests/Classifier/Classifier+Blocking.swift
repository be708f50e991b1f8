import VideoDecoding

@testable import R2P1DVideo

extension Classifier {
  /// A classifier alone with its network.
  convenience init(model: String, options: ClassifierOptions = ClassifierOptions()) throws(ClassifierError) {
    try self.init(network: try Network(source: .named(model)), options: options)
  }

  /// The scoring loop of the file at `path`, on the caller's thread.
  func scoredWindows(
    of path: BytePath, control: DecodingControl = DecodingControl(),
    progress: @escaping (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws -> ScoredWindows {
    let reader = try VideoInput.file(path).open(
      sampling, options.input, threads: options.threads, control: control)
    let source = LocalWindowSource(reader, of: path, threads: options.threads)
    return try ScoredWindows(source, of: path, self, control: control, progress: progress)
  }
}
