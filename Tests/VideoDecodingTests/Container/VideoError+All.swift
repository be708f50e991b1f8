@testable import VideoDecoding

extension VideoError {
  /// One of each kind.
  static var all: some Sequence<VideoError> { sequence(first: .missing) { $0.next } }

  /// An error of the kind that comes next. A new kind has no place in `all` until this says which: it does
  /// not compile.
  private var next: VideoError? {
    switch self {
    case .missing: .unreadable(reason: "no")
    case .unreadable: .notRegularFile(kind: "a directory")
    case .notRegularFile: .empty
    case .empty: .notVideo(reason: "Invalid data")
    case .notVideo: .stillPicture(format: "JPEG")
    case .stillPicture: .namesOthers(format: "hls")
    case .namesOthers: .noVideoStream(found: [])
    case .noVideoStream: .noSuchTrack(1, found: ["0 (aac audio)"])
    case .noSuchTrack: .noDecoder(codec: "h264")
    case .noDecoder: .decoderFailed(codec: "h264", reason: "no")
    case .decoderFailed: .encrypted
    case .encrypted: .emptyStream
    case .emptyStream: .noFrame(decodeErrors: 1)
    case .noFrame: .unsupportedPixels(format: "vaapi", width: 1, height: 1)
    case .unsupportedPixels: .cropsEverything(width: 1, height: 1)
    case .cropsEverything: .emptyPart(start: 1, end: 1)
    case .emptyPart: .unusableSampling("0 samples a second")
    case .unusableSampling: .unusableFrames("there are no frames")
    case .unusableFrames: .tooManyWindows(samples: 1)
    case .tooManyWindows: .networkNotAllowed
    case .networkNotAllowed: .untrustedServer
    case .untrustedServer: .unusableCertificates(file: "a.pem", reason: "no")
    case .unusableCertificates: .tooManyPixels(width: 1, height: 1, limit: 1)
    case .tooManyPixels: .tooManyStreams(found: 2, limit: 1)
    case .tooManyStreams: .tooManyFrames(limit: 1)
    case .tooManyFrames: .tooManySamples(found: 2, limit: 1)
    case .tooManySamples: .tooMuchMemory(limit: 1)
    case .tooMuchMemory: .outOfMemory
    case .outOfMemory: .interrupted
    case .interrupted: .timelineChanged
    case .timelineChanged: nil
    }
  }
}
