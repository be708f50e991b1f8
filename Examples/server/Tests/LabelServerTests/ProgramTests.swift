import Foundation
import Testing

/// The program, as a process of its own.
@Suite(.timeLimit(.minutes(1)))
struct ProgramTests {
  @Test("It prints its address, and SIGTERM lets the request under way end")
  func terminates() async throws {
    let program = Process()
    program.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "label-server")
    program.arguments = ["--model", "camera-motion", "--port", "0"]
    let output = Pipe()
    program.standardOutput = output
    program.standardError = FileHandle.nullDevice
    let (statuses, ended) = AsyncStream<Int32>.makeStream()
    program.terminationHandler = { program in
      ended.yield(program.terminationStatus)
      ended.finish()
    }
    try program.run()
    defer { if program.isRunning { program.terminate() } }

    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    let address = try #require(line.wholeMatch(of: /http:\/\/127\.0\.0\.1:([0-9]+)\n/))
    let client = Client(port: try #require(Int(address.1)))
    let process = program.processIdentifier
    let reply = try await client.post(try Clip.all[0].bytes) { reply in
      if reply.lines.count == 1 { kill(process, SIGTERM) }
      return true
    }
    #expect(reply.status == 200)
    #expect(reply.lines.last?.contains(#""label":"pan left""#) == true)
    #expect(await statuses.first { _ in true } == 0)
  }
}
