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
  var options = RunningServer.options

  /// Loaded once for all tests: that is what the library is for.
  private static let network = Task { try await Network.load(.named("camera-motion")) }

  static func classifier(_ options: ClassifierOptions = options) async throws -> Classifier {
    try await network.value.classifier(options)
  }

  static var options: ClassifierOptions {
    var options = ClassifierOptions()
    options.threads = 1
    return options
  }

  /// A minute is far more than any test here takes: one that hangs ends.
  func run(_ test: @escaping @Sendable (Client) async throws -> Void) async throws {
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
      tasks.addTask { try await group.run() }
      tasks.addTask {
        for await port in ports {
          try await test(Client(port: port))
          return
        }
      }
      tasks.addTask {
        try await Task.sleep(for: .seconds(60))
        throw TimedOut()
      }
      try await tasks.next()
      await group.triggerGracefulShutdown()
      tasks.cancelAll()
    }
  }

  struct TimedOut: Error {}
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
  func wait(until condition: (Health) -> Bool, _ location: SourceLocation = #_sourceLocation) async throws {
    for _ in 0..<2000 {
      if condition(try await health) { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("\(try await health)", sourceLocation: location)
  }
}
