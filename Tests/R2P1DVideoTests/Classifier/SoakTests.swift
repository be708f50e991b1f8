import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo

/// `R2P1D_SOAK=10000` says how many calls, at least ten.
@Suite(.enabled(if: Soak.calls >= 10, "takes minutes; R2P1D_SOAK=10000 runs so many calls"))
struct SoakTests {
  @Test func callsLeaveNeitherMemoryNorDescriptorsBehind() async throws {
    var options = ClassifierOptions()
    options.sampling.placement = .even(1)
    let classifier = try Classifier(model: "camera-motion", options: options)
    // What allocators and decoders keep for the next time is there after the first calls.
    for _ in 0..<max(Soak.calls / 10, 20) {
      _ = try await classifier.classify(.file(BytePath(Checkout.clip)))
    }
    let (memory, descriptors) = (Self.residentBytes, Self.openDescriptors)
    var course = [memory >> 10]
    for call in 1...Soak.calls {
      _ = try await classifier.classify(.file(BytePath(Checkout.clip)))
      if call % max(Soak.calls / 10, 1) == 0 { course.append(Self.residentBytes >> 10) }
    }
    print(
      "\(Soak.calls) calls: KiB resident, every tenth: \(course);",
      "\(descriptors) descriptors before, \(Self.openDescriptors) after")
    #expect(Self.openDescriptors <= descriptors)
    // What the allocator keeps varies by some megabytes from call to call; of 10,000 that leave a kilobyte
    // each, the second half would have 5 MB more than the first.
    let (first, second) = (course.prefix(5).sorted()[2], course.suffix(5).sorted()[2])
    #expect(second - first < 3 << 10)
  }

  private static var residentBytes: Int {
    let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .ascii)
    return (text?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * Int(getpagesize())
  }

  private static var openDescriptors: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
  }
}

private enum Soak {
  static let calls = ProcessInfo.processInfo.environment["R2P1D_SOAK"].flatMap(Int.init) ?? 0
}
