import Foundation
import Testing

/// What a program that was run left behind.
package struct FinishedProcess: Sendable {
  /// The exit status; 128 more than its number where a signal ended the program, as in a shell.
  package let status: Int32
  package let output: Data
  package let errors: String

  package var text: String { String(decoding: output, as: UTF8.self) }

  /// Runs `process`, which says all but where its output goes.
  package init(running process: Process) throws {
    let captured = try TemporaryFolder()
    process.standardOutput = try captured.empty("stdout")
    process.standardError = try captured.empty("stderr")
    try process.run()
    process.waitUntilExit()
    status =
      process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    output = try captured.read("stdout")
    errors = String(decoding: try captured.read("stderr"), as: UTF8.self)
  }

  /// Standard output as JSON.
  package func json() throws -> Any {
    try JSONSerialization.jsonObject(with: output, options: .fragmentsAllowed)
  }

  package func object() throws -> [String: Any] { try #require(try json() as? [String: Any]) }
}

extension String {
  /// Its words, as a shell has them, as far as tests need it: what stands in single quotes is one word.
  package var words: [String] {
    split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap { number, part in
      number % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
    }
  }
}
