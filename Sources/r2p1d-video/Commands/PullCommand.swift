import ArgumentParser
import R2P1DVideo

extension ModelsCommand {
  struct Pull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Downloads a checkpoint into the cache, verified, and prints its path.",
      discussion: """
        A checkpoint that is there already is verified again. An address has to end in NAME-SHA256.ENDING, \
        where the first 8 digits of the hash will do, unless --sha256 gives them.
        """)

    @Argument(help: "A name from `models list`, or the http(s) address of a checkpoint.")
    var model: String

    @Option(
      name: .customLong("sha256"), help: "The file's SHA-256, or its first 8 digits or more; for an address.")
    var digits: String?

    @Option(help: "Seconds to wait for a connection, and for the next byte.")
    var timeout = 30

    @Option(help: "Tries after the first, where the network or the server fails for the moment.")
    var retries = 3

    @Option(help: CertificateArguments.help)
    var caFile: BytePath?

    @Flag(help: "No progress bar.")
    var quiet = false

    func validate() throws {
      try check(timeout, "--timeout", 1...86_400, "a number of seconds")
      try check(retries, "--retries", 0...1000, "a number of tries")
      if digits != nil && !isAddress { throw ValidationError("--sha256 goes with an address") }
    }

    func run() async throws {
      if quiet { Terminal.hideBars() }
      var download = try chosen
      download.options.patience = timeout
      download.options.retries = retries
      download.options.certificates = caFile
      let words = DownloadProgressPrinter()
      let place = try await download.run { [download] in words.report(download, $0) }
      try Output.standard().write(place.bytes + [UInt8(ascii: "\n")])
    }

    private var isAddress: Bool { model.contains("://") }

    private var chosen: ModelDownload {
      get throws {
        if isAddress { return try ModelDownload(address: model, sha256: digits) }
        return try ModelDownload(named: model)
      }
    }
  }
}
