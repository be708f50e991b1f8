import Foundation
import TestSupport
import Testing

@testable import R2P1DVideo

@Suite struct ModelStoreTests {
  @Test(
    arguments: [
      ([:], ["/home/a/.cache/r2p1d-video", "/home/a/.cache/torch/hub/checkpoints"]),
      (
        ["R2P1D_MODELS": "/m:/n"],
        ["/m", "/n", "/home/a/.cache/r2p1d-video", "/home/a/.cache/torch/hub/checkpoints"]
      ),
      (["XDG_CACHE_HOME": "/c"], ["/c/r2p1d-video", "/c/torch/hub/checkpoints"]),
      (["XDG_CACHE_HOME": "c"], ["/home/a/.cache/r2p1d-video", "/home/a/.cache/torch/hub/checkpoints"]),
      (["TORCH_HOME": "/t", "R2P1D_MODELS": ""], ["/home/a/.cache/r2p1d-video", "/t/hub/checkpoints"]),
    ] as [([String: String], [String])])
  func theEnvironmentSaysWhereModelsAre(_ environment: [String: String], _ folders: [String]) {
    let found = ModelStore(environment: environment.merging(["HOME": "/home/a"]) { $1 })
    #expect(found.folders == folders.map { BytePath($0) })
  }

  @Test(
    arguments: [
      ("random:r3d_18", .random("r3d_18", seed: 0)), ("random:r3d_18:7", .random("r3d_18", seed: 7)),
      ("r2plus1d_18", .named("r2plus1d_18")), ("./r2plus1d_18", .file("./r2plus1d_18")),
      ("none.pth", .named("none.pth")),
    ] as [(BytePath, ModelSource)])
  func anArgumentIsANameAFileOrARandomNetwork(_ argument: BytePath, _ source: ModelSource) {
    #expect(ModelSource(argument) == source)
  }

  @Test(arguments: ["random:r3d_18:", "random:r3d_18:x", "random:r3d_18:-1", "random:r3d_18:1:2"])
  func aSeedThatIsNoNumberIsRefused(_ argument: String) {
    #expect(ModelSource(BytePath(argument)) == nil)
  }

  @Test func aPublishedFilesNameCarriesTheStartOfItsHash() {
    for entry in PublishedModel.all {
      #expect(entry.file == "\(entry.name)-\(entry.sha256.prefix(8)).pth")
      #expect(PublishedModel.of(BytePath("/somewhere/\(entry.file)")) == entry)
    }
    #expect(Set(PublishedModel.all.map(\.name)).count == PublishedModel.all.count)
  }

  @Test func ig65msWeightsHaveTheirAuthorsEpsilonAndTheirOwnLength() throws {
    let entry = try #require(PublishedModel.named("r2plus1d_34_clip32_ft_kinetics_from_ig65m"))
    let traits = ModelMetadata(entry)
    #expect(traits.batchNormEpsilon == 1e-3 && traits.frames == 32)
  }

  @Test(arguments: [
    ["frames": "-3", "fps": "soon", "batch_norm_eps": "nan"], ["mean": "0 0", "std": "1 1 1"],
    ["mean": "0 0 x", "std": "1 1 1"], ["mean": "0 0 0"], ["mean": "0 0 0", "std": "1 0 1"],
    ["mean": "0 0 inf", "std": "1 1 1"],
  ])
  func metadataThatMakesNoSenseIsNotFollowed(_ facts: [String: String]) {
    #expect(ModelMetadata(metadata: facts) == ModelMetadata())
  }

  @Test func metadataGoesBeforeTheEntry() throws {
    let entry = try #require(PublishedModel.named("r3d_18"))
    let traits = ModelMetadata(
      entry, metadata: ["frames": "8", "mean": "0.5, 0.5, 0.5", "std": "0.5 0.25 1"])
    #expect(traits.frames == 8 && traits.batchNormEpsilon == 1e-5)
    #expect(
      traits.normalization.mean == [0.5, 0.5, 0.5] && traits.normalization.deviation == [0.5, 0.25, 1])
  }

  @Test func theMirrorTakesThePlaceOfEachOrigin() throws {
    let entry = try #require(PublishedModel.named("mc3_18"))
    for (mirror, address) in [
      ("", entry.address), ("http://m/x", "http://m/x/\(entry.file)"),
      ("http://m/x/", "http://m/x/\(entry.file)"),
    ] {
      #expect(ModelStore(environment: ["R2P1D_MODELS_URL": mirror]).address(of: entry) == address)
    }
  }

  @Test func aRandomNetworkCanBeginAsTheIdentity() async throws {
    func logits(zeroInitResidual: Bool) async throws -> [Float]? {
      var options = ClassifierOptions()
      options.sampling.placement = .even(1)
      options.keepsLogits = true
      var loading = NetworkOptions()
      loading.zeroInitResidual = zeroInitResidual
      let network = try await Network.load(.random("f_r2d_18", seed: 1), options: loading)
      let classifier = try await network.classifier(options)
      let clip = VideoInput(url: Checkout.samples.appending(path: "static.mp4"))
      return try await classifier.classify(clip).windows[0].logits
    }
    let (plain, zero) = (
      try await logits(zeroInitResidual: false), try await logits(zeroInitResidual: true)
    )
    #expect(plain != zero && zero?.allSatisfy(\.isFinite) == true)
  }

  @Test(arguments: [
    ("https://h/a/my-0123abcd.pth", "my-0123abcd.pth", "0123abcd"),
    ("http://h:1/x-y-0123ABCDEF.pt", "x-y-0123ABCDEF.pt", "0123abcdef"),
    ("https://u:p@h/my-0123abcd.pth?token=1", "my-0123abcd.pth", "0123abcd"),
  ])
  func anAddressNamesTheFileAndItsHash(_ address: String, _ file: String, _ hash: String) throws {
    let download = try ModelDownload(
      address: address, folders: ModelStore(environment: ["XDG_CACHE_HOME": "/c"]))
    #expect(download.target == BytePath("/c/r2p1d-video/\(file)") && download.sha256 == hash)
    #expect(!download.shownAddress.contains("u:p@"))
  }

  @Test(arguments: [
    "ftp://h/my-0123abcd.pth", "my-0123abcd.pth", "https://", "https://h", "https://h/",
    "https:///my-0123abcd.pth",
    "https://h/.hidden-0123abcd.pth", "https://h/my.pth", "https://h/my-123.pth", "https://h/my-0123abcg.pth",
    "https://h/a%0A-0123abcd.pth",
  ])
  func anAddressThatIsNoneOrNamesNoHashIsRefused(_ address: String) {
    #expect(throws: ClassifierError.self) { try ModelDownload(address: address) }
  }
}
