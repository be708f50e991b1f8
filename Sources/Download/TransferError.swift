/// Why a transfer did not end well.
package enum TransferError: Error, Equatable, Sendable {
  /// The network's or the server's trouble of the moment: another try may do better.
  case interrupted(String)
  /// The server does not go on from where an earlier transfer ended.
  case cannotResume
  /// What another try would meet again.
  case failed(String)

  /// The text of an HTTP status that is no success.
  static func status(_ status: Int) -> TransferError {
    let text = names[status].map { "the server answers \(status) \($0)" } ?? "the server answers \(status)"
    return status >= 500 || status == 408 || status == 429 ? .interrupted(text) : .failed(text)
  }

  /// Those that people meet (RFC 9110).
  private static let names = [
    401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 407: "Proxy Authentication Required",
    408: "Request Timeout", 410: "Gone", 429: "Too Many Requests", 500: "Internal Server Error",
    502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
  ]
}
