import Foundation
import TestSupport
import Testing

/// TLS in front of a `WebServer`, with a certificate that only itself vouches for, until this object goes.
final class TLSServer {
  /// Of PEM.
  let certificate: String
  let port: Int
  private let process: Process
  private let folder: TemporaryFolder

  static let isPossible = Tool.python3.isThere && Tool("openssl").isThere
  static let note: Comment = "needs the programs python3 and openssl"

  /// The certificate is for `names`, as openssl's subjectAltName takes them.
  init(before server: WebServer, names: String = "IP:127.0.0.1,DNS:localhost") throws {
    folder = try TemporaryFolder()
    certificate = folder.path("certificate.pem")
    let made = try Program(folder: folder.url).shell(
      """
      openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=a-test -addext 'subjectAltName=\(names)' \
        -keyout key.pem -out certificate.pem
      """)
    try #require(made.status == 0, "\(made.errors)")
    try folder.write("proxy.py", Self.proxy)
    let output = Pipe()
    process = try Program(folder: folder.url).start(
      URL(filePath: "/usr/bin/env"), ["python3", "proxy.py", "\(server.port)"], output, FileHandle.nullDevice)
    var line: [UInt8] = []
    while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 10 {
      line.append(byte)
    }
    port = try #require(Int(String(decoding: line, as: UTF8.self)))
  }

  deinit { process.terminate() }

  var address: String { "https://127.0.0.1:\(port)" }

  /// Prints its port, and passes on what comes through TLS.
  private static let proxy = """
    import socket, ssl, sys, threading
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("certificate.pem", "key.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)

    def pass_on(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        for end in source, target:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def serve(client):
        try:
            inside = context.wrap_socket(client, server_side=True)
            server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        except OSError:
            return client.close()
        threading.Thread(target=pass_on, args=(inside, server), daemon=True).start()
        pass_on(server, inside)

    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
    """
}
