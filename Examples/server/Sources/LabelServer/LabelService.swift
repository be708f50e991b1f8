import FoundationEssentials
import Hummingbird
import Logging
import NIOFoundationEssentialsCompat
import R2P1DVideo
import Reports

/// The routes. One classifier serves all requests.
struct LabelService: Sendable {
  let classifier: Classifier
  let root: MediaRoot?
  let maxBytes: Int
  let queue: RequestQueue

  /// `started` is called with the port once it is open.
  func application(
    host: String, port: Int, logger: Logger, started: @escaping @Sendable (_ port: Int) async -> Void
  ) -> some ApplicationProtocol {
    let router = Router()
    router.add(middleware: LogRequestsMiddleware(.info))
    router.get("health") { _, _ in health }
    router.post("label") { request, context in
      try await Self.response(lines(for: request, context.logger))
    }
    return Application(
      router: router,
      // A client that stops sending half way must not hold its place.
      server: .http1(configuration: .init(idleTimeout: .seconds(30))),
      configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
      onServerRunning: { channel in await started(channel.localAddress?.port ?? port) },
      logger: logger)
  }

  private var health: Response {
    let counts = queue.counts
    let line = ByteBuffer(jsonLine: ["running": counts.running, "waiting": counts.waiting])
    return Response(
      status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: line))
  }

  /// The response to lines that come about one by one: an error before the first is a status, after it a last
  /// line.
  static func response(_ lines: AsyncThrowingStream<ByteBuffer, any Error>) async throws -> Response {
    let first: ByteBuffer
    do {
      guard let line = try await lines.first(where: { _ in true }) else { throw CancellationError() }
      first = line
    } catch {
      throw RequestFailure(error)
    }
    return Response(
      status: .ok,
      // Once a body is watched for the end of its connection, no other request can follow it.
      headers: [.contentType: "application/x-ndjson", .connection: "close"],
      body: ResponseBody { writer in
        try await writer.write(first)
        do {
          for try await line in lines { try await writer.write(line) }
        } catch {
          try await writer.write(RequestFailure(error).line)
        }
        try await writer.finish(nil)
      })
  }

  /// The lines of the response as they come about. The work ends with the connection, or when nobody reads
  /// on.
  private func lines(
    for request: Request, _ logger: Logger
  ) -> AsyncThrowingStream<ByteBuffer, any Error> {
    AsyncThrowingStream { lines in
      let work = Task {
        do {
          // Whatever is refused unread is refused before the body is consumed, which goes on until it is
          // read.
          try await queue.admit {
            try checkLength(of: request)
            try await request.body.consumeWithCancellationOnInboundClose { body in
              let input = try await input(request, body)
              try await queue.inTurn { try await score(input) { lines.yield($0) } }
            }
          }
          logger.info("labelled")
          lines.finish()
        } catch {
          logger.info("no labels: \(RequestFailure(error).message)")
          lines.finish(throwing: error)
        }
      }
      lines.onTermination = { _ in work.cancel() }
    }
  }

  private func checkLength(of request: Request) throws(RequestFailure) {
    guard let length = request.headers[.contentLength].flatMap({ Int($0) }), length > maxBytes else { return }
    throw RequestFailure(.contentTooLarge, "\(length) bytes; this server takes \(maxBytes)")
  }

  private func input(_ request: Request, _ body: RequestBody) async throws -> VideoInput {
    let type = request.headers[.contentType].flatMap(MediaType.init(from:))
    guard type?.isType(.applicationJson) == true else {
      let video = try await body.collect(upTo: maxBytes)
      guard video.readableBytes > 0 else { throw RequestFailure(.badRequest, "no video in the body") }
      return .bytes(Data(buffer: video, byteTransferStrategy: .noCopy), name: "upload")
    }
    let asked = try await JSONDecoder().decode(LocalVideo.self, from: body.collect(upTo: 64 << 10))
    guard let root else { throw RequestFailure(.forbidden, "this server reads no files: it has no --root") }
    return .file(BytePath(try root.file(asked.path)))
  }

  private struct LocalVideo: Decodable {
    let path: String
  }

  /// One line a window, and the result: the line that `r2p1d-video label --format jsonl` writes.
  private func score(_ input: VideoInput, _ send: (ByteBuffer) -> Void) async throws {
    let windows = classifier.windows(of: input)
    for try await window in windows {
      let line = WindowLine(
        window: window.number, count: window.count, labels: classifier.labels(of: window))
      send(ByteBuffer(jsonLine: line))
    }
    let labels = try await windows.labels()
    var report = LabelFormat.jsonl.report(files: 1, top: classifier.options.top)
    send(ByteBuffer(string: report.add(VideoOutcome(file: input.name, result: .success(labels)))))
  }
}
