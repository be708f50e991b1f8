import Foundation
import Inference
import TestSupport
import Testing

@testable import R2P1DVideo

/// The shaders in the checkout, without a compiler for them.
@Suite struct ShaderManifestTests {
  private static let names = try? FileManager.default.contentsOfDirectory(atPath: Checkout.path("Shaders"))

  @Test(
    "The compiled shaders are those made of these sources: Shaders/build was run after the last change"
  )
  func hashes() throws {
    let text = try Checkout.text("Shaders/manifest.sha256")
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    var listed: Set<String> = []
    for line in lines {
      let name = String(line.dropFirst(66))
      listed.insert(name)
      let bytes = try Data(contentsOf: URL(filePath: Checkout.path("Shaders/\(name)")))
      #expect(SHA256.digits(of: Array(bytes)) == line.prefix(64), "\(name)")
    }
    let files = try #require(Self.names).filter { [".comp", ".glsl", ".spv"].contains(where: $0.hasSuffix) }
    #expect(listed == Set(files))
  }

  @Test("What is built in is what lies in the checkout")
  func isBuiltIn() throws {
    #expect(GPULibrary.shaderManifest == Array(try Checkout.text("Shaders/manifest.sha256").utf8))
  }

  @Test("A shader is SPIR-V of at most version 1.3, which Vulkan 1.1 takes")
  func versions() throws {
    for name in try #require(Self.names) where name.hasSuffix(".spv") {
      let bytes = try Data(contentsOf: URL(filePath: Checkout.path("Shaders/\(name)")))
      let words = bytes.prefix(8).withUnsafeBytes {
        [$0.load(as: UInt32.self), $0.load(fromByteOffset: 4, as: UInt32.self)]
      }
      #expect(words[0] == 0x0723_0203 && words[1] <= 0x0001_0300, "\(name)")
      #expect(bytes.count % 4 == 0)
    }
  }
}
