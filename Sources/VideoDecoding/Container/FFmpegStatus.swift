import CFFmpeg
import FoundationEssentials
import Glibc

/// What an FFmpeg function answered. Waiting for input and the end of the stream are results, not errors.
enum FFmpegStatus: Equatable {
  case done, again, end, interrupted
  case failed(code: Int32)

  init(_ code: Int32) {
    switch code {
    case 0...: self = .done
    case CFFMPEG_ERROR_AGAIN: self = .again
    case CFFMPEG_ERROR_EOF: self = .end
    case CFFMPEG_ERROR_EXIT: self = .interrupted
    default: self = .failed(code: code)
    }
  }

  var isFailure: Bool { if case .failed = self { true } else { false } }

  /// FFmpeg's own words for an error code.
  static func reason(_ code: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
      av_strerror(code, text.baseAddress, text.count)
      return String(cString: UnsafePointer(text.baseAddress!))
    }
  }
}

extension FFmpegStatus {
  /// The system's own words for an `errno`.
  static func systemReason(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// The versions of the FFmpeg libraries in use.
package enum FFmpegVersions {
  /// Name and version of each library, in the order in which data goes through them.
  package static var all: [(name: String, version: String)] {
    [
      ("libavformat", text(avformat_version())), ("libavcodec", text(avcodec_version())),
      ("libswscale", text(swscale_version())), ("libavutil", text(avutil_version())),
    ]
  }

  private static func text(_ version: UInt32) -> String {
    "\(version >> 16).\(version >> 8 & 255).\(version & 255)"
  }
}
