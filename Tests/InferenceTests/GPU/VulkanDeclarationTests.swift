import Foundation
import TestSupport
import Testing

/// Our declarations of Vulkan beside those of the system, where these are installed.
@Suite struct VulkanDeclarationTests {
  private static let header = "/usr/include/vulkan/vulkan.h"
  private static var headerText: String {
    get throws { try String(contentsOfFile: "/usr/include/vulkan/vulkan_core.h", encoding: .utf8) }
  }
  private static let own = Checkout.path("Sources/CVulkan/declarations.h")

  /// The members of every structure and the names of every constant of our header.
  private static func contents() throws -> (
    structures: [(name: String, members: [String])], constants: [String]
  ) {
    let text = try String(contentsOfFile: own, encoding: .utf8)
      .replacing(/\/\/[^\n]*/, with: "")
    // Debian 12's header is older than the extension.
    let knowsMatrices = try headerText.contains("VK_KHR_cooperative_matrix")
    func isKnown(_ name: String) -> Bool {
      knowsMatrices
        || name.firstMatch(of: /CooperativeMatrix|COOPERATIVE_MATRIX|_TYPE_FLOAT|SUBGROUP_KHR/) == nil
    }
    let structures = text.matches(of: /typedef struct \{([^}]*)\} (\w+);/).map { match in
      let members = match.1.split(separator: ";").flatMap { statement in
        statement.split(separator: ",").compactMap { part in
          part.firstMatch(of: /(\w+)\s*(\[\w+\])?\s*$/).map { String($0.1) }
        }
      }
      return (name: String(match.2), members: members)
    }.filter { isKnown($0.name) }
    let constants = text.matches(of: /\n  (VK_\w+) =/).map { String($0.1) }.filter(isKnown)
    return (structures, constants + ["VK_WHOLE_SIZE", "VK_TRUE", "VK_API_VERSION_1_1", "VK_API_VERSION_1_2"])
  }

  /// What a program prints that was compiled with `header`.
  private static func print(_ header: String, _ folder: TemporaryFolder) throws -> String {
    let (structures, constants) = try contents()
    var lines = ["#include \"\(header)\"", "#include <stddef.h>", "#include <stdio.h>", "int main(void) {"]
    for (name, members) in structures {
      lines.append("  printf(\"\(name) %zu\\n\", sizeof(\(name)));")
      for member in members where member != "features" {
        lines.append("  printf(\"\(name).\(member) %zu %zu\\n\", offsetof(\(name), \(member)),")
        lines.append("         sizeof(((\(name) *)0)->\(member)));")
      }
    }
    for name in constants { lines.append("  printf(\"\(name) %lld\\n\", (long long)\(name));") }
    lines.append("  return 0;\n}\n")
    let source = try folder.write("layout.c", lines.joined(separator: "\n"))
    for arguments in [["clang", "-w", source, "-o", folder.path("layout")], [folder.path("layout")]] {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = arguments
      let run = try FinishedProcess(running: process)
      try #require(run.status == 0, "\(run.errors)")
      if arguments.count == 1 { return run.text }
    }
    return ""
  }

  @Test(
    "Every size, offset and value is that of the system's header", .slow,
    .enabled(if: Tool.clang.isThere, Tool.clang.note),
    .enabled(if: FileManager.default.fileExists(atPath: header), "needs Vulkan's headers (libvulkan-dev)"))
  func layout() throws {
    let folder = try TemporaryFolder()
    let (ours, theirs) = (try Self.print(Self.own, folder), try Self.print(Self.header, folder))
    let lines = ours.split(separator: "\n")
    #expect(lines.count > 350)
    for (ours, theirs) in zip(lines, theirs.split(separator: "\n")) { #expect(ours == theirs) }
  }
}
