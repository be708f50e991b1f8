import ArgumentParser
import FoundationEssentials
import Glibc
import Hummingbird
import Logging
import R2P1DVideo

@main
struct LabelServerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "label-server", abstract: "Labels the videos that HTTP clients send or name.")

  @Option(help: "A model's name, or the path of a checkpoint.")
  var model = "r2plus1d_18"

  @Option(help: "The folder below which a request may name a file; without it none may.")
  var root: String?

  @Option(help: "Bytes of a video that is sent; it is held in memory.")
  var maxBytes = 256 << 20

  @Option(help: "Videos labelled at once; they share the cores.")
  var concurrent = 2

  @Option(help: "Requests that wait for these, first come first served; the next is answered 503.")
  var waiting = 16

  @Option(help: "The address to listen on.")
  var host = "127.0.0.1"

  @Option(help: "The port to listen on; 0 takes a free one.")
  var port = 8080

  func validate() throws {
    guard maxBytes > 0, concurrent > 0 else {
      throw ValidationError("--max-bytes and --concurrent must be at least 1")
    }
    guard waiting >= 0 else { throw ValidationError("--waiting must be at least 0") }
    guard 0...65535 ~= port else { throw ValidationError("--port must be from 0 to 65535") }
  }

  func run() async throws {
    FFmpegProcess.own()  // nobody else in this process uses FFmpeg
    guard let source = ModelSource(BytePath(model)) else {
      throw ValidationError("--model random:NAME:SEED: the seed must be a whole number")
    }
    var options = ClassifierOptions()
    options.threads = max(1, ProcessInfo.processInfo.activeProcessorCount / concurrent)
    options.idleWorkspaces = concurrent
    let service = LabelService(
      classifier: try await Network.load(source).classifier(options),
      root: try root.map { try MediaRoot($0) },
      maxBytes: maxBytes,
      queue: RequestQueue(concurrent: concurrent, waiting: waiting))
    let host = host
    // SIGTERM and SIGINT let the requests under way end, and take no new ones.
    let application = service.application(host: host, port: port, logger: Logger(label: "label-server")) {
      port in
      print("http://\(host):\(port)")
      fflush(nil)  // whoever reads this through a pipe waits for it
    }
    try await application.runService()
  }
}
