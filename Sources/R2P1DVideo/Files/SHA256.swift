import CCrypto

/// A SHA-256 (FIPS 180-4) that is computed as the bytes come.
///
/// By OpenSSL's libcrypto, which libcurl brings along: it uses the CPU's own instructions where it has them.
package struct SHA256 {
  private var context = SHA256_CTX()

  package init() { SHA256_Init(&context) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    SHA256_Update(&context, bytes.baseAddress, bytes.count)
  }

  /// The digest of `bytes`, in the same form.
  package static func digits(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    return hash.digits
  }

  /// The digest of all bytes so far, as 64 lower-case hexadecimal digits; more may follow.
  package var digits: String {
    var context = context
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    SHA256_Final(&digest, &context)
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
