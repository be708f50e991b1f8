import Foundation
import TestSupport
import Testing

/// `https://` is read from those alone whose certificate is trusted, with every FFmpeg and with libcurl.
@Suite(.enabled(if: TLSServer.isPossible, TLSServer.note)) struct TLSTests {
  let program = Program()
  let folder: TemporaryFolder
  let model: String
  let web: WebServer
  let server: TLSServer

  init() throws {
    (folder, model) = try TemporaryFolder.withNarrowCheckpoint()
    web = try WebServer([
      "/clip.mp4": [.parts(try Data(contentsOf: URL(filePath: Checkout.clip)))],
      "/ours-\(Self.hash).pth": [.file(Self.checkpoint)],
    ])
    server = try TLSServer(before: web)
  }

  /// Any bytes, and the start of their SHA-256.
  private static let checkpoint = Data("abc".utf8)
  private static let hash = "ba7816bf"

  /// Without what this machine's environment says of proxies and certificates.
  private static let bare =
    "env -u http_proxy -u https_proxy -u all_proxy -u SSL_CERT_FILE -u SSL_CERT_DIR -u CURL_CA_BUNDLE"

  private func label(_ variables: String = "", _ options: String = "", at address: String? = nil) throws
    -> Program.Run
  {
    try program.shell(
      "\(Self.bare) \(variables) \"$r2p1d\" label '\(address ?? server.address)/clip.mp4' --model '\(model)'"
        + " --format csv --windows 2 --allow-network \(options)")
  }

  private func pull(_ variables: String = "", _ options: String = "") throws -> Program.Run {
    try program.shell(
      "\(Self.bare) XDG_CACHE_HOME='\(folder.path("cache"))' \(variables) \"$r2p1d\" models pull"
        + " \(server.address)/ours-\(Self.hash).pth --retries 0 \(options)")
  }

  private static let untrusted =
    "the server's certificate is not trusted; if you trust it, name a file of certificates with --ca-file"

  @Test func aServerThatVouchesForItselfIsRefused() throws {
    let run = try label()
    #expect(run.status == 1)
    #expect(run.errors == "r2p1d-video: \(server.address)/clip.mp4: \(Self.untrusted)\n")
    #expect(web.requests.isEmpty, "nothing was asked of it")
  }

  @Test func aCertificateThatIsTrustedByNameIsEnough() throws {
    let there = try label("", "--ca-file '\(server.certificate)'")
    #expect(there.status == 0, "\(there.errors)")
    let here = try program("label", Checkout.clip, "--model", model, "--format", "csv", "--windows", "2")
    #expect(
      there.text.replacing("\(server.address)/clip.mp4", with: "F")
        == here.text.replacing(Checkout.clip, with: "F"))
  }

  @Test func theEnvironmentNamesCertificatesToo() throws {
    #expect(try label("SSL_CERT_FILE='\(server.certificate)'").status == 0)
    #expect(try pull("SSL_CERT_FILE='\(server.certificate)'").status == 0)
  }

  @Test func theOptionGoesBeforeTheEnvironment() throws {
    let other = try TLSServer(before: web)
    let variables = "SSL_CERT_FILE='\(server.certificate)' CURL_CA_BUNDLE='\(server.certificate)'"
    #expect(try label(variables, "--ca-file '\(other.certificate)'").status == 1)
    #expect(try pull(variables, "--ca-file '\(other.certificate)'").status == 2)
  }

  @Test func aCertificateOfAnotherServerIsRefused() throws {
    let stranger = try TLSServer(before: web, names: "DNS:other.example")
    let run = try label("", "--ca-file '\(stranger.certificate)'", at: stranger.address)
    #expect(run.status == 1)
    #expect(run.errors == "r2p1d-video: \(stranger.address)/clip.mp4: \(Self.untrusted)\n")
  }

  @Test func aRedirectionToAnUntrustedServerIsRefused() throws {
    let first = try WebServer(["/clip.mp4": [.redirect("\(server.address)/clip.mp4")]])
    let run = try label("", "", at: first.address)
    #expect(run.status == 1 && run.errors.contains(Self.untrusted), "\(run.errors)")
    #expect(web.requests.isEmpty)
  }

  @Test func modelsAreFetchedFromTrustedServersAlone() throws {
    let refused = try pull()
    #expect(refused.status == 2 && refused.errors.contains("certificate"), "\(refused.errors)")
    #expect(web.requests.isEmpty)
    let fetched = try pull("", "--ca-file '\(server.certificate)'")
    #expect(fetched.status == 0, "\(fetched.errors)")
    #expect(try folder.read("cache/r2p1d-video/ours-\(Self.hash).pth") == Self.checkpoint)
  }

  @Test func aFileOfCertificatesThatIsNotThereIsNamed() throws {
    for run in [try label("", "--ca-file /nowhere.pem"), try pull("", "--ca-file /nowhere.pem")] {
      #expect(run.status == 2)
      #expect(
        run.errors == "r2p1d-video: /nowhere.pem: no certificates can be read: No such file or directory\n")
    }
    let run = try label("SSL_CERT_FILE=/nowhere.pem")
    #expect(run.status == 1 && run.errors.contains("no certificates can be read from /nowhere.pem"))
  }

  /// Files need no certificates.
  @Test func aFileIsReadWithoutCertificates() throws {
    let run = try program.shell(
      "SSL_CERT_FILE=/nowhere.pem \"$r2p1d\" label '\(Checkout.clip)' --model '\(model)' --format csv")
    #expect(run.status == 0, "\(run.errors)")
  }
}
