import Foundation
import TestSupport
import Testing

@Suite struct InstallTests {
  @Test func theInstalledProgramNeedsNothingOfTheCheckout() throws {
    let folder = try TemporaryFolder()
    let make = try Program().shell(
      "make -C '\(Checkout.root.path)' install PREFIX='\(folder.path("prefix"))' BINARY=\"$R2P1D_BINARY\"")
    #expect(make.status == 0, "\(make.errors)")

    // From a folder where only a clip and a checkpoint lie, with no environment to lead it elsewhere.
    let clip = try folder.write("clip.mp4", Data(contentsOf: URL(filePath: Checkout.clip)))
    let model = try folder.write("narrow.safetensors", NarrowCheckpoint.safetensors())
    let program = Program(folder: folder.url, binary: folder.url.appending(path: "prefix/bin/r2p1d-video"))
    let run = try program.shell(
      "exec env -i \"$r2p1d\" label '\(clip)' --model '\(model)' --format json --top 400 --windows 1")
    #expect(run.status == 0, "\(run.errors)")
    let labels = try #require(try run.object()["labels"] as? [[String: Any]])
    #expect(Set(labels.compactMap { $0["label"] as? String }).isSuperset(of: ["arm wrestling", "zumba"]))
  }
}
