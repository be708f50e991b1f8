import CFFmpeg
import FoundationEssentials
import Glibc

/// The certificates that a server's own is verified against.
///
/// FFmpeg verifies by default only from libavformat 63 on, and with OpenSSL trusts nobody unless it is given
/// a file: so it is always asked to, and always given one.
enum Certificates {
  /// Where systems keep theirs: Debian's, Fedora's, openSUSE's, Alpine's and the BSDs'.
  private static let systemFiles = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
  ]

  /// The options of FFmpeg's TLS, GnuTLS's or OpenSSL's: both know them by these names in all versions.
  static func options(_ rules: InputRules) throws(VideoError) -> KeyValuePairs<String, String> {
    guard let file = try file(rules) else { return ["tls_verify": "1"] }
    return ["tls_verify": "1", "ca_file": file]
  }

  private static func file(_ rules: InputRules) throws(VideoError) -> String? {
    let named = rules.certificates.map { String(decoding: $0, as: UTF8.self) }
    let variable = ProcessInfo.processInfo.environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
    if let file = named ?? variable {
      guard access(file, R_OK) == 0 else {
        throw .unusableCertificates(file: file, reason: String(cString: strerror(errno)))
      }
      return file
    }
    return systemFiles.first { access($0, R_OK) == 0 }
  }
}

/// What FFmpeg's TLS complains of in its log, while it gives no more than "Input/output error" to its caller.
///
/// FFmpeg logs on the thread that opens the address.
enum TLSComplaint {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// Notes whether a line of FFmpeg's log says that a certificate was refused.
  static func note(format: UnsafePointer<CChar>, _ arguments: CVaListPointer) {
    let isRefusal = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { line in
      vsnprintf(line.baseAddress, line.count, format, arguments)
      return strstr(line.baseAddress!, "ertificate") != nil
    }
    if isRefusal { pthread_setspecific(key, UnsafeRawPointer(bitPattern: 1)) }
  }

  /// Whether `body` was refused because of a certificate.
  static func isMade(in body: () -> Void) -> Bool {
    pthread_setspecific(key, nil)
    body()
    return pthread_getspecific(key) != nil
  }
}
