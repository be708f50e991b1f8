import CCrypto

/// A SHA-256 (FIPS 180-4) that is computed while the bytes come.
///
/// By OpenSSL's libcrypto, which libcurl brings along: it uses the CPU's own instructions where it has them.
struct SHA256: ~Copyable {
  private let context: OpaquePointer

  init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      // Neither a file nor an option leads here: there is no memory, or no libcrypto that deserves the name.
      preconditionFailure("libcrypto gives no SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// The digest of all bytes so far, as 64 lower-case hexadecimal digits; more may follow.
  var digits: String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    let copy = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(copy) }
    guard EVP_MD_CTX_copy_ex(copy, context) == 1, EVP_DigestFinal_ex(copy, &digest, &count) == 1 else {
      preconditionFailure("libcrypto gives no SHA-256")
    }
    return digest.prefix(Int(count)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
