import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo

/// What a server can tell apart.
@Suite struct FailureKindTests {
  private static let sample = Checkout.samples.appending(path: "pan_left.mp4").path

  private func classify(
    _ path: String, _ change: (inout ClassifierOptions) -> Void = { _ in }
  ) async -> ClassifierError? {
    do throws(ClassifierError) {
      var options = ClassifierOptions()
      options.threads = 1
      change(&options)
      _ = try await Classifier(model: "camera-motion", options: options).classify(.file(BytePath(path)))
      return nil
    } catch {
      return error
    }
  }

  @Test("Videos that are missing, none, too large or not as asked for are told apart, with the texts as ever")
  func videos() async {
    #expect(await classify("/none.mp4")?.kind == .missing)
    #expect(await classify("/none.mp4")?.cause == "cannot be read: No such file or directory")
    #expect(await classify("/")?.kind == .unreadable)
    #expect(await classify(#filePath)?.kind == .unsupported)
    #expect(await classify(Self.sample) { $0.input.maxPixels = 10 }?.kind == .limit(.pixels))
    #expect(await classify(Self.sample) { $0.input.maxStreams = 0 }?.kind == .limit(.streams))
    #expect(await classify(Self.sample) { $0.sampling.track = 5 }?.kind == .request)
    #expect(await classify(Self.sample) { $0.sampling.start = Rational(50, 1) }?.kind == .request)
    #expect(await classify(Self.sample) == nil)
  }

  @Test(
    "Models that are missing, none, or not as asked for are told apart",
    arguments: [
      (.file("/none.pth"), .missing), (.file(BytePath(#filePath)), .unsupported),
      (.named("no-such-model"), .missing), (.random("no-such-network", seed: 0), .request),
      (.file("/dev/null"), .unreadable),
    ] as [(ModelSource, FailureKind)])
  func models(source: ModelSource, kind: FailureKind) async {
    let error = await #expect(throws: ClassifierError.self) { try await Network.load(source) }
    #expect(error?.kind == kind)
  }

  @Test("A number of frames that a network cannot take is a request")
  func frames() async {
    let error = await #expect(throws: ClassifierError.self) {
      var options = ClassifierOptions()
      options.sampling.frames = 8
      _ = try await Network.load(.random("r2d_18", seed: 0)).classifier(options)
    }
    #expect(error?.kind == .request)
  }
}
