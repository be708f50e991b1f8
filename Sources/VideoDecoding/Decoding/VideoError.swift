import Glibc

/// Why a file gives no frames. `description` is one line without the file's name.
package enum VideoError: Error, Sendable, Equatable {
  /// There is no such file.
  case missing
  /// The operating system will not open or read the file, or what reads it fails.
  case unreadable(reason: String)
  /// A directory, a pipe, a device: `kind` says which, with its article.
  case notRegularFile(kind: String)
  case empty
  /// No container that FFmpeg knows, or one too damaged to open.
  case notVideo(reason: String)
  /// A photo, a drawing: `format` is what people call it.
  case stillPicture(format: String)
  /// A playlist or the like, which names other files or addresses.
  case namesOthers(format: String)
  /// The file's other streams, described and counted.
  case noVideoStream(found: [String])
  /// The stream asked for is none, or no video; `found` describes all streams there are.
  case noSuchTrack(Int, found: [String])
  case noDecoder(codec: String)
  case decoderFailed(codec: String, reason: String)
  /// Its pictures cannot be had without a key.
  case encrypted
  /// The stream has no packets, as where a film's beginning is one file and the rest others.
  case emptyStream
  /// Not one frame came out of the whole stream.
  case noFrame(decodeErrors: Int)
  /// A pixel format that libswscale does not read.
  case unsupportedPixels(format: String, width: Int, height: Int)
  /// The container shows nothing of its frames.
  case cropsEverything(width: Int, height: Int)
  /// The part asked for holds nothing: `start` is at or after `end`. Seconds.
  case emptyPart(start: Double, end: Double)
  /// Frames in memory that make no video.
  case unusableFrames(String)
  /// A rate of samples, or a time, that is out of range.
  case unusableSampling(String)
  /// More windows than can be held: the file's times are damaged, or the stride is too small for them.
  case tooManyWindows(samples: Int)
  /// An address where only files are read.
  case networkNotAllowed
  /// A server whose certificate none of the trusted ones vouches for, or which is another server's.
  case untrustedServer
  case unusableCertificates(file: String, reason: String)
  /// A file that takes more than `InputRules` allow.
  case tooManyPixels(width: Int, height: Int, limit: Int)
  case tooManyStreams(found: Int, limit: Int)
  case tooManyFrames(limit: Int)
  case tooManySamples(found: Int, limit: Int)
  case tooMuchMemory(limit: Int)
  case outOfMemory
  case interrupted
  /// Decoding contradicted the times read off the packets: the timeline is another now; start again.
  case timelineChanged
}

extension VideoError {
  /// What a program can act on, whatever the particulars.
  package enum Kind: Sendable, Hashable {
    /// There is no such file.
    case missing
    /// It is there, and cannot be read: a right is lacking, a disk or a server fails, or it is no file.
    case unreadable
    /// Reading it, or what it names, is not allowed.
    case refused
    /// Nothing that this program, or this FFmpeg, makes frames of: text, sound alone, a codec without a
    /// decoder.
    case unsupported
    /// A video, so damaged that no frame comes out of it.
    case damaged
    /// What was asked of the video does not fit it: a track, a part, a rate.
    case request
    case limit(Limit)
    case outOfMemory
    case cancelled
    /// Nothing that a caller sees.
    case restart
  }

  /// What there was more of than `InputRules` allow.
  package enum Limit: Sendable, Hashable {
    case pixels, streams, frames, samples, windows, memory
  }

  package var kind: Kind {
    switch self {
    case .missing: .missing
    case .unreadable, .notRegularFile, .untrustedServer, .unusableCertificates: .unreadable
    case .namesOthers, .networkNotAllowed: .refused
    case .empty, .notVideo, .stillPicture, .noVideoStream, .noDecoder, .encrypted, .unsupportedPixels:
      .unsupported
    case .decoderFailed, .emptyStream, .noFrame, .cropsEverything: .damaged
    case .noSuchTrack, .emptyPart, .unusableSampling, .unusableFrames: .request
    case .tooManyPixels: .limit(.pixels)
    case .tooManyStreams: .limit(.streams)
    case .tooManyFrames: .limit(.frames)
    case .tooManySamples: .limit(.samples)
    case .tooManyWindows: .limit(.windows)
    case .tooMuchMemory: .limit(.memory)
    case .outOfMemory: .outOfMemory
    case .interrupted: .cancelled
    case .timelineChanged: .restart
    }
  }

  /// Whether it is for want of memory.
  package var isOfMemory: Bool { [.limit(.memory), .outOfMemory].contains(kind) }
}

extension VideoError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing: "cannot be read: \(String(cString: strerror(ENOENT)))"
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .notRegularFile(let kind): "is \(kind), expected a video file"
    case .empty: "is empty (0 bytes), expected a video file"
    case .notVideo(let reason): "not a video that FFmpeg can open: \(reason)"
    case .stillPicture(let format): "a still picture (\(format)), not a video"
    case .namesOthers(let format):
      "not a video but a list of other files (\(format)), and only files named here are opened"
    case .noVideoStream(let found):
      "no video stream (found \(found.isEmpty ? "no stream at all" : found.joined(separator: ", ")))"
    case .noSuchTrack(let track, let found):
      "no video track \(track); its streams are \(found.joined(separator: ", "))"
    case .noDecoder(let codec): "this FFmpeg has no decoder for \(codec) video"
    case .decoderFailed(let codec, let reason): "the decoder for \(codec) video cannot be opened: \(reason)"
    case .encrypted: "its video is encrypted, and cannot be decoded without the key"
    case .emptyStream: "its video stream is empty"
    case .noFrame(let errors):
      "no frame could be decoded (\(errors) decode error\(errors == 1 ? "" : "s"))"
    case .unsupportedPixels(let format, let width, let height):
      "\(width)x\(height) frames in pixel format \(format) cannot be converted to RGB"
    case .cropsEverything(let width, let height):
      "its container crops its \(width)x\(height) frames to nothing"
    case .emptyPart(let start, let end):
      "nothing to sample: the part starts at \(start) s and ends at \(end) s"
    case .unusableFrames(let what): "cannot be used as a video: \(what)"
    case .unusableSampling(let what): "cannot sample at \(what)"
    case .tooManyWindows(let samples):
      "the windows of \(samples) samples are too many: use a larger stride, or a part of the file"
    case .networkNotAllowed: "no such file"
    case .untrustedServer: "the server's certificate is not trusted"
    case .unusableCertificates(let file, let reason):
      "no certificates can be read from \(file): \(reason)"
    case .tooManyPixels(let width, let height, let limit):
      "its frames are \(width)x\(height), over the limit of \(limit) pixels"
    case .tooManyStreams(let found, let limit):
      "it has \(found) streams, over the limit of \(limit)"
    case .tooManyFrames(let limit): "it has over \(limit) frames"
    case .tooManySamples(let found, let limit):
      "it lasts \(found) samples, over the limit of \(limit)"
    case .tooMuchMemory(let limit):
      "it needs more memory at once than there is, or than the limit of \(limit >> 20) MiB"
    case .outOfMemory: "not enough memory"
    case .interrupted: "interrupted"
    case .timelineChanged: "the packets' times are not those of the frames"
    }
  }
}
