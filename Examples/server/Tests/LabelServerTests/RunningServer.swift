import FoundationEssentials
import Logging
import NIOCore
import R2P1DVideo
import ServiceLifecycle
import Testing

@testable import LabelServer

/// The server on a free port of the loopback address, as long as a test takes.
struct RunningServer {
  var root: String?
  var maxBytes = 64 << 20
  var concurrent = 2
  var waiting = 16
  var options = ClassifierOptions.oneThread

  /// Loaded once for all tests: that is what the library is for.
  private static let network = Task { try await Network.load(.named("camera-motion")) }

  static func classifier(_ options: ClassifierOptions = .oneThread) async throws -> Classifier {
    try await network.value.classifier(options)
  }

  /// Does `test`, then asks the server to shut down and waits until it has: no work may be left behind.
  func run(_ test: (Client) async throws -> Void) async throws {
    let service = LabelService(
      classifier: try await Self.classifier(options),
      root: try root.map { try MediaRoot($0) },
      maxBytes: maxBytes,
      queue: RequestQueue(concurrent: concurrent, waiting: waiting))
    let (ports, started) = AsyncStream<Int>.makeStream()
    var logger = Logger(label: "test")
    logger.logLevel = .error
    let group = ServiceGroup(
      services: [service.application(host: "127.0.0.1", port: 0, logger: logger) { started.yield($0) }],
      logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { started.finish() }
        try await group.run()
      }
      if let port = await ports.first(where: { _ in true }) {
        try await test(Client(port: port))
        await group.triggerGracefulShutdown()
      }
      try await tasks.waitForAll()
    }
  }
}

extension ClassifierOptions {
  static var oneThread: ClassifierOptions {
    var options = ClassifierOptions()
    options.threads = 1
    return options
  }

  /// A window at every sample: hundreds for the film, which a client can leave half way.
  static var everyWindow: ClassifierOptions {
    var options = oneThread
    options.sampling.placement = .stride(1)
    return options
  }
}

extension Client {
  struct Health: Decodable, Equatable {
    let running: Int
    let waiting: Int
  }

  var health: Health {
    get async throws {
      try JSONDecoder().decode(Health.self, from: Data(try await get("/health").lines.joined().utf8))
    }
  }

  /// Waits until the server says so; an issue after 20 seconds.
  func wait(for expected: Health, _ location: SourceLocation = #_sourceLocation) async throws {
    var last: Health?
    for _ in 0..<2000 {
      last = try await health
      if last == expected { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("\(String(describing: last)), expected \(expected)", sourceLocation: location)
  }
}
