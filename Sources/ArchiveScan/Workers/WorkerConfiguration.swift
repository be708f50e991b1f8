import R2P1DVideo
import VideoDecoding

/// What a parent sends its worker before the first file: how to sample, and what it may use.
struct WorkerConfiguration: Codable, Equatable {
  let sampling: ResolvedSampling
  /// The decoder's.
  let threads: Int
  /// Bytes of address space.
  let memory: Int
  let rules: InputRules

  /// A worker reads files alone, whatever `rules` allow.
  init(_ sampling: ResolvedSampling, threads: Int, memory: Int, rules: InputRules) {
    self.sampling = sampling
    self.threads = threads
    self.memory = memory
    var rules = rules
    rules.allowsNetwork = false
    self.rules = rules
  }

  /// A reader of the windows of the file at `path`.
  func open(_ path: BytePath, control: DecodingControl) throws(VideoError) -> WindowReader {
    try WindowReader(path: path.bytes, sampling, threads: threads, rules: rules, control: control)
  }
}
