import CCurl
import FoundationEssentials
import Glibc

/// One request by HTTP or HTTPS, whose body is handed over as it arrives.
///
/// Proxies come from the environment (`http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`), and so do the
/// certificates to trust, where `certificates` names none and `CURL_CA_BUNDLE` or `SSL_CERT_FILE` a file of
/// them.
package struct Transfer {
  package let address: String
  /// Bytes that an earlier transfer brought: only what follows them is asked for.
  package var offset: Int64 = 0
  /// Seconds to wait for a connection, and for the next byte.
  package var patience = 30
  /// The path of a file of certificates to trust.
  package var certificates: [UInt8]?
  package var agent = "r2p1d-video"

  package init(_ address: String) {
    self.address = address
  }

  private static let redirectionLimit = 10
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

  /// Runs the transfer on the caller's thread. `receive` gets each piece of the body and, where the server
  /// announced it, the size of the whole file; an error of its own ends the transfer and is thrown as it is.
  package func run(
    _ receive: (_ bytes: UnsafeRawBufferPointer, _ total: Int64?) throws -> Void
  ) throws {
    guard Self.isReady, let handle = curl_easy_init() else {
      throw TransferError.failed("libcurl cannot be used")
    }
    defer { curl_easy_cleanup(handle) }
    try set(handle)
    var message = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
    try message.withUnsafeMutableBufferPointer { buffer in
      ccurl_set_error_buffer(handle, buffer.baseAddress)
      try withoutActuallyEscaping(receive) { receive in
        let receiver = Receiver(handle, offset, receive)
        let code = withExtendedLifetime(receiver) { perform(handle, receiver) }
        if let error = receiver.error { throw error }
        if let error = failure(code, handle, UnsafeBufferPointer(buffer)) { throw error }
      }
    }
  }

  private func set(_ handle: UnsafeMutableRawPointer) throws {
    guard ccurl_set_text(handle, CURLOPT_URL, address) == CURLE_OK else {
      throw TransferError.failed("is no address")
    }
    ccurl_set_protocols(handle, address.lowercased().hasPrefix("https:") ? 1 : 0)
    ccurl_set_text(handle, CURLOPT_USERAGENT, agent)
    let numbers: [(CURLoption, Int)] = [
      (CURLOPT_FAILONERROR, 1), (CURLOPT_FOLLOWLOCATION, 1), (CURLOPT_MAXREDIRS, Self.redirectionLimit),
      (CURLOPT_CONNECTTIMEOUT, patience), (CURLOPT_LOW_SPEED_LIMIT, 1), (CURLOPT_LOW_SPEED_TIME, patience),
      // Signals are the program's own.
      (CURLOPT_NOSIGNAL, 1),
    ]
    for (option, value) in numbers { ccurl_set_number(handle, option, value) }
    if offset > 0 { ccurl_set_offset(handle, curl_off_t(offset)) }
    let environment = ProcessInfo.processInfo.environment
    let named = ["CURL_CA_BUNDLE", "SSL_CERT_FILE"].lazy.compactMap { environment[$0] }
    let file = certificates ?? named.first { !$0.isEmpty }.map { Array($0.utf8) }
    if let file { ccurl_set_text(handle, CURLOPT_CAINFO, file.map(CChar.init(bitPattern:)) + [0]) }
  }

  /// With CURLOPT_NOSIGNAL the caller has to block SIGPIPE, which a peer that hangs up would raise.
  private func perform(_ handle: UnsafeMutableRawPointer, _ receiver: Receiver) -> CURLcode {
    ccurl_set_receiver(
      handle,
      { bytes, _, count, context in
        guard let bytes, let context else { return 0 }
        let receiver = Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
        return receiver.take(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
      }, Unmanaged.passUnretained(receiver).toOpaque())
    var pipe = sigset_t()
    var before = sigset_t()
    sigemptyset(&pipe)
    sigaddset(&pipe, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &pipe, &before)
    defer {
      var pending = sigset_t()
      var number: Int32 = 0
      if sigpending(&pending) == 0, sigismember(&pending, SIGPIPE) == 1 { sigwait(&pipe, &number) }
      pthread_sigmask(SIG_SETMASK, &before, nil)
    }
    return curl_easy_perform(handle)
  }

  private func failure(
    _ code: CURLcode, _ handle: UnsafeMutableRawPointer, _ message: UnsafeBufferPointer<CChar>
  ) -> TransferError? {
    let status = ccurl_status(handle)
    let own = message.baseAddress.map { String(cString: $0) } ?? ""
    let text = own.isEmpty ? String(cString: curl_easy_strerror(code)) : own
    let cause = text.prefix(1).lowercased() + text.dropFirst().trimmed
    switch code {
    case CURLE_OK: return nil
    case CURLE_RANGE_ERROR, CURLE_BAD_DOWNLOAD_RESUME: return .cannotResume
    case CURLE_HTTP_RETURNED_ERROR where status == 416 && offset > 0: return .cannotResume
    case CURLE_HTTP_RETURNED_ERROR: return .status(status)
    case CURLE_OPERATION_TIMEDOUT: return .interrupted("nothing came for \(patience) s")
    case CURLE_PARTIAL_FILE: return .interrupted("the connection ended before the file did")
    case CURLE_TOO_MANY_REDIRECTS: return .failed("led on more than \(Self.redirectionLimit) times")
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_GOT_NOTHING,
      CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_SSL_CONNECT_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM:
      return .interrupted(cause)
    default: return .failed(cause)
    }
  }
}

/// What libcurl hands the body to.
private final class Receiver {
  private(set) var error: (any Error)?
  private let handle: UnsafeMutableRawPointer
  private let offset: Int64
  private let receive: (UnsafeRawBufferPointer, Int64?) throws -> Void

  init(
    _ handle: UnsafeMutableRawPointer, _ offset: Int64,
    _ receive: @escaping (UnsafeRawBufferPointer, Int64?) throws -> Void
  ) {
    self.handle = handle
    self.offset = offset
    self.receive = receive
  }

  /// Whether to go on.
  func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let length = ccurl_length(handle)
    do {
      try receive(bytes, length < 0 ? nil : Int64(length) + offset)
      return true
    } catch {
      self.error = error
      return false
    }
  }
}

extension StringProtocol {
  /// Without white space at its ends.
  fileprivate var trimmed: String {
    let rest = drop(while: \.isWhitespace)
    return rest.lastIndex { !$0.isWhitespace }.map { String(rest[...$0]) } ?? ""
  }
}
