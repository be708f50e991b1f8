import FoundationEssentials
import VideoDecoding

/// A video to be looked at: a file, bytes, whatever can be read at any place, or frames in memory.
public struct VideoInput: Sendable {
  /// What results and errors call it: a file's path, or the name that was given.
  public let name: BytePath
  private let content: Content

  private enum Content: Sendable {
    case encoded(VideoSource)
    case frames(VideoFrames)
  }

  private init(_ name: BytePath, _ content: Content) {
    self.name = name
    self.content = content
  }

  /// The file at `path`, or what lies at an `http://` or `https://` address where
  /// ``InputOptions/allowsNetwork`` says so.
  public static func file(_ path: BytePath) -> VideoInput {
    VideoInput(path, .encoded(.path(path.bytes)))
  }

  /// The file of a `file:` URL, byte for byte; any other URL is an address.
  public init(url: URL) {
    guard url.isFileURL else {
      self = .file(BytePath(url.absoluteString))
      return
    }
    self = .file(BytePath(percentEncoded: url.path(percentEncoded: true)))
  }

  /// A whole file in memory. The ending of `name` helps, as a file's does, where the content alone does not
  /// say what it is.
  public static func bytes(_ bytes: [UInt8], name: String) -> VideoInput {
    VideoInput(BytePath(name), .encoded(.bytes(bytes, name: name)))
  }

  /// A whole file in memory.
  public static func bytes(_ data: Data, name: String) -> VideoInput {
    VideoInput(BytePath(name), .encoded(.data(data, name: name)))
  }

  /// A file that `reader` reads.
  public static func reader(_ reader: some ByteReader, name: String) -> VideoInput {
    VideoInput(BytePath(name), .encoded(.reader(ReaderAdapter(reader: reader), name: name)))
  }

  /// A file of `byteCount` bytes: `read` fills a part of the buffer with those from `offset` on, as
  /// ``ByteReader/read(into:at:)`` does.
  public static func reader(
    byteCount: Int64, name: String,
    read: @escaping @Sendable (_ buffer: UnsafeMutableRawBufferPointer, _ offset: Int64) throws -> Int
  ) -> VideoInput {
    reader(ClosureReader(byteCount: byteCount, body: read), name: name)
  }

  /// Frames that a program has, or makes, itself.
  public static func frames(_ frames: VideoFrames, name: String = "frames") -> VideoInput {
    VideoInput(BytePath(name), .frames(frames))
  }

  /// Bytes that can be read at any place, as a file's can.
  ///
  /// Called by one thread at a time, though not always by the same one, and from the start again where a file
  /// would be opened again: the bytes must not change. It may block.
  public protocol ByteReader: Sendable {
    /// Bytes in all.
    var byteCount: Int64 { get }
    /// Fills a part of `buffer`, one byte of it at least, with the bytes from `offset` on; the number of
    /// bytes, 0 at the end alone. `offset` is from 0 to `byteCount`.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int
  }
}

private struct ClosureReader: VideoInput.ByteReader {
  let byteCount: Int64
  let body: @Sendable (UnsafeMutableRawBufferPointer, Int64) throws -> Int

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
    try body(buffer, offset)
  }
}

private struct ReaderAdapter<Reader: VideoInput.ByteReader>: VideoReader {
  let reader: Reader

  var byteCount: Int64 { reader.byteCount }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
    try reader.read(into: buffer, at: offset)
  }
}

extension VideoInput {
  /// Opens it and lays out its windows; an error says which input it is about. `control` ends this too.
  package func open(
    _ sampling: ResolvedSampling, _ options: InputOptions = InputOptions(), threads: Int,
    control: DecodingControl = DecodingControl()
  ) throws(ClassifierError) -> WindowReader {
    do {
      let rules = options.rules
      let source: any FrameSource =
        switch content {
        case .encoded(let source):
          try Video(source: source, threads: threads, track: sampling.track, rules: rules, control: control)
        case .frames(let frames):
          try frames.source(track: sampling.track, rules, control)
        }
      return try WindowReader(source, sampling, maxSamples: rules.maxSamples, control: control)
    } catch {
      throw .video(name, error)
    }
  }
}
