import VideoDecoding

/// An upright frame in memory, of 8 bits a value.
public struct VideoFrame: Sendable {
  let buffer: PixelBuffer

  /// How pixels lie in memory.
  public enum Layout: Sendable, CaseIterable {
    /// One plane, red, green and blue of each pixel side by side.
    case rgb24
    /// Three planes: green, blue, red.
    case gbrp
    /// Three planes: luma, Cb and Cr, these with half the columns and half the rows, half the columns, or
    /// all.
    case yuv420p, yuv422p, yuv444p
  }

  /// What luma and chroma stand for; of no account for RGB.
  public struct Colours: Sendable, Equatable {
    public enum Matrix: Sendable { case bt601, bt709, bt2020 }

    public var matrix: Matrix
    /// Luma from 0 to 255 rather than from 16 to 235.
    public var isFullRange: Bool

    public init(matrix: Matrix = .bt601, isFullRange: Bool = false) {
      (self.matrix, self.isFullRange) = (matrix, isFullRange)
    }
  }

  /// Rows of bytes, `stride` bytes from one to the next.
  public struct Plane: Sendable {
    public let bytes: [UInt8]
    public let stride: Int

    public init(bytes: [UInt8], stride: Int) { (self.bytes, self.stride) = (bytes, stride) }
  }

  /// The planes have to hold all rows: the last one may end with its last pixel.
  public init(
    _ layout: Layout, width: Int, height: Int, planes: [Plane], colours: Colours = Colours()
  ) throws(ClassifierError) {
    do {
      buffer = try PixelBuffer(
        layout.pixels, width: width, height: height,
        planes: planes.map { PixelBuffer.Plane(bytes: $0.bytes, stride: $0.stride) }, colours: colours.pixels)
    } catch {
      throw .video("frame", error)
    }
  }

  /// Packed RGB, without gaps between rows.
  public init(rgb24 bytes: [UInt8], width: Int, height: Int) throws(ClassifierError) {
    let (stride, overflows) = width.multipliedReportingOverflow(by: 3)
    let plane = Plane(bytes: bytes, stride: overflows ? 0 : stride)
    try self.init(.rgb24, width: width, height: height, planes: [plane])
  }
}

extension VideoFrame.Layout {
  fileprivate var pixels: PixelBuffer.Layout {
    switch self {
    case .rgb24: .rgb24
    case .gbrp: .gbrp
    case .yuv420p: .yuv420p
    case .yuv422p: .yuv422p
    case .yuv444p: .yuv444p
    }
  }
}

extension VideoFrame.Colours {
  fileprivate var pixels: PixelBuffer.Colours {
    let matrix: PixelBuffer.Colours.Matrix =
      switch matrix {
      case .bt601: .bt601
      case .bt709: .bt709
      case .bt2020: .bt2020
      }
    return PixelBuffer.Colours(matrix: matrix, isFullRange: isFullRange)
  }
}

/// Frames that a program has, or makes, itself, with the times at which they are shown.
///
/// Times are whole numbers of 1/`timescale` s of a player's clock, each later than the one before.
public struct VideoFrames: Sendable {
  /// When each frame is shown.
  public let stamps: [Int64]
  /// Units in a second.
  public let timescale: Int32
  /// How long the last frame is shown; nil for as long as the others on average.
  public let lastDuration: Int64?
  private let frame: @Sendable (Int) throws -> VideoFrame

  /// `frame` gives the frame of a number, asked for once and in ascending order, on a thread where it may
  /// block, and not for those that no window shows. Frames of another size than the first are scaled to it.
  public init(
    stamps: [Int64], timescale: Int32, lastDuration: Int64? = nil,
    frame: @escaping @Sendable (_ number: Int) throws -> VideoFrame
  ) {
    self.stamps = stamps
    self.timescale = timescale
    self.lastDuration = lastDuration
    self.frame = frame
  }

  /// Frames that are all there, as many as times.
  public init(
    _ frames: [VideoFrame], stamps: [Int64], timescale: Int32, lastDuration: Int64? = nil
  ) throws(ClassifierError) {
    guard frames.count == stamps.count else {
      throw .video(
        "frames", VideoError.unusableFrames("\(frames.count) frames and \(stamps.count) times"))
    }
    self.init(stamps: stamps, timescale: timescale, lastDuration: lastDuration) { frames[$0] }
  }

  /// Frames that are all there, `rate` of them a second.
  public init(_ frames: [VideoFrame], rate: Rational) throws(ClassifierError) {
    guard let scale = Int32(exactly: rate.numerator), scale > 0,
      frames.isEmpty
        || Int64(frames.count).multipliedReportingOverflow(by: Int64(rate.denominator)).overflow == false
    else {
      throw .video("frames", VideoError.unusableFrames("\(rate) frames a second"))
    }
    try self.init(
      frames, stamps: frames.indices.map { Int64($0) * Int64(rate.denominator) }, timescale: scale,
      lastDuration: Int64(rate.denominator))
  }

  func source(track: Int?, _ rules: InputRules, _ control: DecodingControl) throws -> FrameList {
    if let track, track != 0 { throw VideoError.noSuchTrack(track, found: ["0: frames in memory"]) }
    return try FrameList(
      stamps: stamps, timescale: timescale, lastDuration: lastDuration, rules: rules, control: control
    ) { [frame] number in try frame(number).buffer }
  }
}
