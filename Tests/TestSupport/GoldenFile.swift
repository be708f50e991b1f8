import Foundation
import Testing

/// Goldens in JSON, as the scripts beside them write them.
package enum GoldenFile {
  /// What `Goldens/NAME.json` in a target's bundle holds. As the arguments of a test it is written with
  /// `try`: a file that cannot be read is a failure of the test then, not a test without cases.
  package static func read<Value: Decodable>(
    _ name: String, in bundle: Bundle, as type: Value.Type = Value.self
  )
    throws -> Value
  {
    let folder = try #require(bundle.url(forResource: "Goldens", withExtension: nil), "no folder Goldens")
    return try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: "\(name).json")))
  }
}
