import Foundation
import TestSupport
import Testing

/// Python's standard library, which reads what the program writes.
enum Python {
  /// What a script prints as JSON, given `data` as `text`.
  static func read<Value>(_ data: Data, _ script: String) throws -> Value {
    let folder = try TemporaryFolder()
    let file = try folder.write("data", data)
    let code = "import sys, io, json; text = open(sys.argv[1], encoding='utf-8', newline='').read(); "
    try folder.write("read.py", code + script)
    let run = try Program().shell("exec python3 '\(folder.path("read.py"))' '\(file)'")
    #expect(run.status == 0, "\(run.errors)")
    return try #require(try run.json() as? Value)
  }
}
