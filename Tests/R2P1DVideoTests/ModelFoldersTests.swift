import Foundation
import Testing

@testable import R2P1DVideo

@Suite struct ModelFoldersTests {
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
    let found = ModelFolders(environment: environment.merging(["HOME": "/home/a"]) { $1 })
    #expect(found.folders == folders.map { FilePath($0) })
  }

  @Test(
    arguments: [
      ("random:r3d_18", .random("r3d_18", seed: 0)), ("random:r3d_18:7", .random("r3d_18", seed: 7)),
      ("r2plus1d_18", .named("r2plus1d_18")), ("./r2plus1d_18", .file("./r2plus1d_18")),
      ("none.pth", .named("none.pth")),
    ] as [(FilePath, ModelSource)])
  func anArgumentIsANameAFileOrARandomNetwork(_ argument: FilePath, _ source: ModelSource) {
    #expect(ModelSource(argument) == source)
  }

  @Test(arguments: ["random:r3d_18:", "random:r3d_18:x", "random:r3d_18:-1", "random:r3d_18:1:2"])
  func aSeedThatIsNoNumberIsRefused(_ argument: String) {
    #expect(ModelSource(FilePath(argument)) == nil)
  }

  @Test func aPublishedFilesNameCarriesTheStartOfItsHash() {
    for entry in ModelEntry.all {
      #expect(entry.file == "\(entry.name)-\(entry.sha256.prefix(8)).pth")
      #expect(ModelEntry.of(FilePath("/somewhere/\(entry.file)")) == entry)
    }
    #expect(Set(ModelEntry.all.map(\.name)).count == ModelEntry.all.count)
  }

  @Test func ig65msWeightsHaveTheirAuthorsEpsilonAndTheirOwnLength() throws {
    let entry = try #require(ModelEntry.named("r2plus1d_34_clip32_ft_kinetics_from_ig65m"))
    let traits = ModelTraits(entry)
    #expect(traits.batchNormEpsilon == 1e-3 && traits.frames == 32)
  }

  @Test func metadataThatMakesNoSenseIsNotFollowed() {
    let facts = ["frames": "-3", "fps": "soon", "batch_norm_eps": "nan"]
    #expect(ModelTraits(metadata: facts) == ModelTraits())
  }
}
