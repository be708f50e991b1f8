import CEmbedded
import FoundationEssentials
import Glibc

/// Text on its way into a page, where nothing of it may become markup.
package enum HTML {
  /// For text and for quoted attributes; control characters are written `\xNN`.
  package static func escape(_ text: String) -> String {
    BytePath(text).printable.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
  }

  /// JSON for a script element: no `<` of it can end the element or begin a comment.
  package static func json(_ value: some Encodable) -> String {
    JSON.text(value, pretty: false).replacing("<", with: "\\u003c").trimmed()
  }

  /// A percentage of a length, to a thousandth of a pixel on a screen.
  package static func percent(_ share: Double) -> String { String(format: "%.5g%%", 100 * share) }

  /// The text of a file in the binary.
  package static func file(_ file: embedded_file) -> String {
    String(decoding: UnsafeBufferPointer(start: file.bytes, count: Int(file.count)), as: UTF8.self)
  }

  /// A page about a file: `body` in the document that all pages share.
  ///
  /// - Parameters:
  ///   - kind: what the page is, for its title.
  ///   - style: what goes behind the shared style.
  ///   - policy: what the page may load and run, as directives of a content security policy; all else is
  ///     forbidden.
  ///   - body: a template of Page.
  ///   - parts: what goes into it; the file's name goes in as `name`.
  package static func page(
    of file: BytePath, kind: String, style: embedded_file? = nil,
    policy: [String] = ["img-src data:", "style-src 'unsafe-inline'"], body: embedded_file,
    _ parts: [String: String]
  ) -> String {
    let name = escape(file.name.string)
    return fill(
      Self.file(embedded_page_html()),
      [
        "generator": "r2p1d-video \(LibraryVersions.tool)", "title": "\(name) – \(kind)",
        "policy": policy.joined(separator: "; "),
        "style": Self.file(embedded_timeline_style()) + (style.map { Self.file($0) } ?? ""),
        "body": fill(Self.file(body), parts.merging(["name": name]) { part, _ in part }),
      ])
  }

  /// `template` with each `{{name}}` replaced by its part. What is put in is not looked through again.
  package static func fill(_ template: String, _ parts: [String: String]) -> String {
    var rest = template[...]
    var text = ""
    while let opening = rest.firstRange(of: "{{"),
      let closing = rest[opening.upperBound...].firstRange(of: "}}")
    {
      text += rest[..<opening.lowerBound]
      text += parts[String(rest[opening.upperBound..<closing.lowerBound])] ?? ""
      rest = rest[closing.upperBound...]
    }
    return text + rest
  }
}

extension BytePath {
  /// The last component as a relative URL: every byte that is not a plain letter, digit, `-`, `.`, `_` or `~`
  /// is `%NN`.
  public var relativeURL: String { "./" + Self.percentEncoded(name.bytes, plain: Self.plainURLBytes) }

  /// An absolute path as a `file:` URL, byte for byte; any other path as it is.
  public var fileURL: String {
    guard bytes.first == UInt8(ascii: "/") else { return string }
    return "file://" + Self.percentEncoded(bytes, plain: Self.plainURLBytes.union("/".utf8))
  }

  private static let plainURLBytes = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)

  private static func percentEncoded(_ bytes: some Sequence<UInt8>, plain: Set<UInt8>) -> String {
    bytes.reduce(into: "") { url, byte in
      url += plain.contains(byte) ? String(UnicodeScalar(byte)) : String(format: "%%%02X", byte)
    }
  }
}
