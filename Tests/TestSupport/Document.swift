import Foundation
import Testing

/// A page of the documentation, as far as tests execute it.
package struct Document: Sendable {
  /// Its path in the checkout.
  package let name: String
  package let text: String

  package init(_ name: String) throws {
    self.name = name
    text = try Checkout.text(name)
  }

  /// README.md, docs/ and the library's own pages.
  package static func all() throws -> [Document] {
    let folders = ["docs", "Sources"]
    let pages = try folders.flatMap { folder in
      try FileManager.default.subpathsOfDirectory(atPath: Checkout.path(folder))
        .filter { $0.hasSuffix(".md") }.sorted().map { "\(folder)/\($0)" }
    }
    return try (["README.md"] + pages).map { try Document($0) }
  }

  /// A fenced block of code.
  package struct Block: Sendable, CustomTestStringConvertible {
    package let place: String
    package let text: String

    package var testDescription: String { place }

    package var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
  }

  /// The blocks whose fence names `language`, in all pages. It fails where there is none: a test of no cases
  /// passes.
  package static func blocks(of language: String) throws -> [Block] {
    let blocks = try all().flatMap { $0.blocks(of: language) }
    try #require(!blocks.isEmpty, "no block of \(language) in the documentation")
    return blocks
  }

  package func blocks(of language: String) -> [Block] {
    var blocks: [Block] = []
    var open: (language: Substring, line: Int, lines: [Substring])?
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if !line.hasPrefix("```") {
        open?.lines.append(line)
      } else if let block = open {
        if block.language == language {
          blocks.append(Block(place: "\(name):\(block.line)", text: block.lines.joined(separator: "\n")))
        }
        open = nil
      } else {
        open = (line.dropFirst(3), number + 1, [])
      }
    }
    return blocks
  }

  /// The first cell of each row of its tables, heads included.
  package var firstCells: [Substring] {
    text.split(separator: "\n").filter { $0.hasPrefix("| ") }.compactMap { row in
      row.dropFirst(2).firstRange(of: " |").map {
        row[row.index(row.startIndex, offsetBy: 2)..<$0.lowerBound]
      }
    }
  }
}

extension StringProtocol {
  /// The long options that are named in it: `--stride`, without what they take.
  package var longOptions: Set<String> {
    Set(String(self).matches(of: /(?:^|[^-\w])(--[a-z][a-z0-9-]*)/).map { String($0.1) })
  }
}
