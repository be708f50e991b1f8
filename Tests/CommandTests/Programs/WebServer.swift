import Foundation
import Synchronization

/// An HTTP server on loopback that behaves as well or as badly as it is told, until the tests end.
final class WebServer: Sendable {
  enum Reply: Sendable {
    /// The whole file, or the part that is asked for.
    case file(Data)
    /// The part that is asked for, and a word that there are parts, by which a client knows that it can seek.
    case parts(Data)
    /// The whole file, whatever part is asked for.
    case wholeFile(Data)
    /// The file's size and its first bytes; then the connection ends.
    case cut(Data, after: Int)
    /// The file's size and its first bytes; then nothing, until the client hangs up.
    case stalled(Data, after: Int)
    /// A file whose size is not said and which ends with the connection.
    case unsized(Data)
    case redirect(String)
    case status(Int)
    /// The connection ends without a word.
    case silence

    var isStalled: Bool {
      if case .stalled = self { return true }
      return false
    }
  }

  struct Request: Sendable {
    /// As it stands in the request's first line.
    let target: String
    let headers: String
    var range: String? { headers.firstMatch(of: /(?i)\r\nRange: ([^\r]*)/).map { String($0.1) } }
  }

  let port: UInt16
  private let listener: Int32
  private let replies: [String: [Reply]]
  private let heard = Mutex<[Request]>([])

  /// Serves `replies` by path: the first for the first request, and so on, the last for all that follow.
  init(_ replies: [String: [Reply]]) throws {
    self.replies = replies
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let isListening = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 64) == 0
          && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard isListening else { throw CocoaError(.fileReadUnknown) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        Thread.detachNewThread { [self] in serve(client) }
      }
    }
  }

  var address: String { "http://127.0.0.1:\(port)" }

  /// What was asked for so far.
  var requests: [Request] { heard.withLock { $0 } }

  private func serve(_ client: Int32) {
    defer { close(client) }
    guard let request = Self.readRequest(client) else { return }
    let path = request.target.replacing(/^http:\/\/[^\/]*/, with: "")
    let earlier = heard.withLock { heard in
      defer { heard.append(request) }
      return heard.count { $0.target == request.target }
    }
    let list = replies[path] ?? [.status(404)]
    answer(list[min(earlier, list.count - 1)], request, client)
  }

  private func answer(_ reply: Reply, _ request: Request, _ client: Int32) {
    switch reply {
    case .file(let data):
      let start = request.range.flatMap { Int($0.dropFirst("bytes=".count).dropLast()) } ?? 0
      guard start > 0 else { return answer(.wholeFile(data), request, client) }
      guard start < data.count else { return answer(.status(416), request, client) }
      let range = "Content-Range: bytes \(start)-\(data.count - 1)/\(data.count)"
      send(
        "206 Partial Content", [range, "Content-Length: \(data.count - start)"], data.dropFirst(start), client
      )
    case .parts(let data):
      let ends = request.range?.dropFirst("bytes=".count).split(separator: "-").map { Int($0) ?? 0 } ?? []
      let start = ends.first ?? 0
      guard start < data.count else { return answer(.status(416), request, client) }
      let last = min(ends.count > 1 ? ends[1] : .max, data.count - 1)
      let range = "Content-Range: bytes \(start)-\(last)/\(data.count)"
      let headers = [range, "Accept-Ranges: bytes", "Content-Length: \(last + 1 - start)"]
      send("206 Partial Content", headers, data[(data.startIndex + start)...(data.startIndex + last)], client)
    case .wholeFile(let data): send("200 OK", ["Content-Length: \(data.count)"], data, client)
    case .cut(let data, let count):
      send("200 OK", ["Content-Length: \(data.count)"], data.prefix(count), client)
    case .stalled(let data, let count):
      send("200 OK", ["Content-Length: \(data.count)"], data.prefix(count), client)
      var byte: UInt8 = 0
      while read(client, &byte, 1) > 0 {}
    case .unsized(let data): send("200 OK", [], data, client)
    case .redirect(let place): send("302 Found", ["Location: \(place)", "Content-Length: 0"], Data(), client)
    case .status(let status):
      send("\(status) No", ["Content-Length: 9"], Data("no, sorry".utf8), client)
    case .silence: return
    }
  }

  private func send(_ status: String, _ headers: [String], _ body: Data, _ client: Int32) {
    let head = (["HTTP/1.1 \(status)"] + headers + ["Connection: close", "", ""]).joined(separator: "\r\n")
    var rest = Array(head.utf8 + body)[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes {
        Foundation.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard sent > 0 else { return }
      rest = rest.dropFirst(sent)
    }
  }

  private static func readRequest(_ client: Int32) -> Request? {
    var text: [UInt8] = []
    var byte: UInt8 = 0
    while !text.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      guard read(client, &byte, 1) == 1, text.count < 1 << 16 else { return nil }
      text.append(byte)
    }
    let headers = String(decoding: text, as: UTF8.self)
    let words = headers.prefix { !$0.isNewline }.split(separator: " ")
    return words.count == 3 ? Request(target: String(words[1]), headers: headers) : nil
  }
}
