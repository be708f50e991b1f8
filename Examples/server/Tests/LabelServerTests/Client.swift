import FoundationEssentials
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOPosix

/// A request of a real client, over a connection of its own.
struct Client: Sendable {
  let port: Int

  struct Reply: Sendable {
    var status = 0
    var contentType: String?
    var lines: [String] = []
  }

  /// How the body travels: with its length in the head, or in chunks that do without.
  enum Framing {
    case length, chunks
  }

  func get(_ path: String) async throws -> Reply {
    try await exchange(.get, path, nil, [], .chunks) { _ in true }
  }

  /// The reply to a body of `type`, read until its end, or until `goesOn` of what has come is false: then the
  /// connection is closed.
  func post(
    _ body: [UInt8], type: String? = nil, framing: Framing = .length,
    while goesOn: @Sendable (Reply) -> Bool = { _ in true }
  ) async throws -> Reply {
    try await exchange(.post, "/label", type, body, framing, while: goesOn)
  }

  private func exchange(
    _ method: HTTPRequest.Method, _ path: String, _ type: String?, _ body: [UInt8], _ framing: Framing,
    while goesOn: @Sendable (Reply) -> Bool
  ) async throws -> Reply {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPClientCodec())
          return try NIOAsyncChannel<HTTPResponsePart, HTTPRequestPart>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      var head = HTTPRequest(method: method, scheme: "http", authority: "127.0.0.1:\(port)", path: path)
      head.headerFields[.contentType] = type
      switch framing {
      case .length: head.headerFields[.contentLength] = "\(body.count)"
      case .chunks: head.headerFields[.transferEncoding] = body.isEmpty ? nil : "chunked"
      }
      return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { [head] in
          try await outbound.write(.head(head))
          for start in stride(from: 0, to: body.count, by: 16 << 10) {
            let piece = body[start..<min(start + 16 << 10, body.count)]
            try await outbound.write(.body(ByteBuffer(bytes: piece)))
          }
          try await outbound.write(.end(nil))
        }
        let reply = try await Self.reply(inbound, while: goesOn)
        group.cancelAll()
        return reply
      }
    }
  }

  private static func reply(
    _ inbound: NIOAsyncChannelInboundStream<HTTPResponsePart>, while goesOn: @Sendable (Reply) -> Bool
  ) async throws -> Reply {
    var reply = Reply()
    var rest = ""
    for try await part in inbound {
      switch part {
      case .head(let head):
        reply.status = head.status.code
        reply.contentType = head.headerFields[.contentType]
      case .body(let buffer):
        var lines = (rest + String(buffer: buffer)).split(separator: "\n", omittingEmptySubsequences: false)
        rest = String(lines.removeLast())
        reply.lines += lines.map(String.init)
        guard goesOn(reply) else { return reply }
      case .end:
        return reply
      }
    }
    throw ConnectionClosed(reply: reply)
  }

  /// Before the end of the reply.
  struct ConnectionClosed: Error {
    let reply: Reply
  }
}
