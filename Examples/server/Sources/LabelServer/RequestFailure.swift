import FoundationEssentials
import Hummingbird
import NIOCore
import R2P1DVideo

/// Why a request gets no labels: a status while there is nothing but the head to send, else the last line.
struct RequestFailure: Error {
  let status: HTTPResponse.Status
  let message: String

  init(_ status: HTTPResponse.Status, _ message: String) {
    (self.status, self.message) = (status, message)
  }

  init(_ error: any Error) {
    self =
      switch error {
      case let failure as RequestFailure: failure
      case let error as ClassifierError: RequestFailure(Self.status(error.kind), error.cause)
      case is NIOTooManyBytesError: RequestFailure(.contentTooLarge, "more bytes than the server takes")
      case is DecodingError: RequestFailure(.badRequest, #"expected {"path": "…"}"#)
      case is CancellationError: RequestFailure(.serviceUnavailable, "cancelled")
      default: RequestFailure(.internalServerError, "\(error)")
      }
  }

  private static func status(_ kind: FailureKind) -> HTTPResponse.Status {
    switch kind {
    case .missing: .notFound
    case .unsupported, .damaged, .refused: .unsupportedMediaType
    case .request: .badRequest
    case .limit: .contentTooLarge
    case .outOfMemory, .cancelled: .serviceUnavailable
    case .unreadable, .device, .output, .other: .internalServerError
    }
  }

  var line: ByteBuffer { ByteBuffer(jsonLine: ["error": message]) }
}

extension RequestFailure: HTTPResponseError {
  func response(from request: Request, context: some RequestContext) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json", .connection: "close"],
      body: ResponseBody(byteBuffer: line))
  }
}
