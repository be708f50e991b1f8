import Foundation
import TestSupport
import Testing

/// `http://` addresses are read where the user says so, and only those that the user named.
@Suite struct NetworkTests {
  let program = Program()
  let folder: TemporaryFolder
  let model: String
  let clip: Data

  init() throws {
    (folder, model) = try TemporaryFolder.withNarrowCheckpoint()
    clip = try Data(contentsOf: URL(filePath: Checkout.clip))
  }

  private func label(_ input: String, _ options: String = "--allow-network") throws -> Program.Run {
    try program.shell(
      "env -u http_proxy -u https_proxy \"$r2p1d\" label '\(input)' --model '\(model)' --format json "
        + "--windows 2 \(options)"
    )
  }

  @Test func anAddressIsLabelledAsItsFileIs() throws {
    let server = try WebServer(["/clip.mp4": [.parts(clip)]])
    let (there, here) = (try label("\(server.address)/clip.mp4"), try label(Checkout.clip))
    #expect(there.status == 0, "\(there.errors)")
    var (a, b) = (try there.object(), try here.object())
    #expect(a["file"] as? String == "\(server.address)/clip.mp4")
    (a["file"], b["file"]) = (nil, nil)
    // What an address gave at first is kept, where a file is read again.
    (a["receipt"], b["receipt"]) = (receipt(of: a), receipt(of: b))
    #expect(a as NSDictionary == b as NSDictionary)
    #expect(!server.requests.isEmpty)
  }

  private func receipt(of object: [String: Any]) -> [String: Any]? {
    (object["receipt"] as? [String: Any])?.filter { !["bytesRead", "fileBytes"].contains($0.key) }
  }

  @Test(
    "Five windows of a film with an index take few requests and a part of it, and are those of the file",
    .enabled(if: Clips.canEncode("libx264"), Clips.note),
    arguments: [
      ("160x120:30:80", "-b:v 6M -c:v libx264 -g 30"),
      ("160x120:30:80", "-b:v 6M -c:v libx264 -g 30 -movflags +faststart"),
      // Packets larger than what is read rather than asked for again, and more than is kept of a film.
      ("320x256:30:20", "-pix_fmt yuv444p -qp 0 -preset ultrafast -x264-params slices=2 -c:v libx264 -g 20"),
    ])
  func ranges(_ source: String, _ options: String) throws {
    let clips = try Clips()
    let path = try clips.make("film.mp4", source: source, "-vf noise=alls=60:allf=t \(options)")
    let film = try Data(contentsOf: URL(filePath: path))
    let server = try WebServer(["/film.mp4": [.parts(film)]])
    let run = try label("\(server.address)/film.mp4", "--allow-network --windows 5")
    #expect(run.status == 0, "\(run.errors)")
    let (there, here) = (try run.object(), try label(path, "--windows 5").object())
    for key in ["labels", "windows", "video", "sampling"] {
      #expect(there[key] as? NSObject == here[key] as? NSObject, "\(key)")
    }
    #expect(server.requests.count <= 20)
    let receipt = try #require(there["receipt"] as? [String: Any])
    let read = try #require(receipt["bytesRead"] as? Int)
    #expect(read < film.count / 2 && receipt["fileBytes"] as? Int == film.count)
  }

  @Test func aServerThatGivesNoPartsIsReadWholeWhichIsSaidOnce() throws {
    let server = try WebServer(["/clip.mp4": [.wholeFile(clip)]])
    let run = try label("\(server.address)/clip.mp4")
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.errors
        == "r2p1d-video: \(server.address)/clip.mp4: its server gives no parts of it (HTTP ranges), so all "
        + "of it is read; download it first if that is slow\n"
    )
    #expect(try run.object()["labels"] as? NSObject == label(Checkout.clip).object()["labels"] as? NSObject)
  }

  @Test func withoutTheOptionNothingIsAskedFor() throws {
    let server = try WebServer(["/clip.mp4": [.parts(clip)]])
    let run = try label("\(server.address)/clip.mp4", "")
    #expect(run.status == 1)
    #expect(
      run.errors
        == "r2p1d-video: \(server.address)/clip.mp4: no such file; to read an address over the network, "
        + "give --allow-network\n"
    )
    #expect(server.requests.isEmpty)
  }

  @Test(arguments: [
    "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n", "ffconcat version 1.0\nfile {}\n",
  ])
  func aListLeadsNoFurther(_ list: String) throws {
    for target in ["/clip.mp4", "file://\(Checkout.clip)", Checkout.clip] {
      let text = Data(list.replacing("{}", with: target).utf8)
      let server = try WebServer(["/list.m3u8": [.parts(text)], "/clip.mp4": [.parts(clip)]])
      let run = try label("\(server.address)/list.m3u8")
      #expect(run.status == 1 && run.errors.count(where: \.isNewline) == 1, "\(run.errors)")
      #expect(Set(server.requests.map(\.target)) == ["/list.m3u8"])
    }
  }

  @Test(arguments: ["file://\(Checkout.clip)", Checkout.clip, "ftp://127.0.0.1/a", "concat:\(Checkout.clip)"])
  func aRedirectionLeadsToNoFile(_ target: String) throws {
    let server = try WebServer(["/clip.mp4": [.redirect(target)]])
    let run = try label("\(server.address)/clip.mp4")
    #expect(run.status == 1 && run.errors.count(where: \.isNewline) == 1, "\(run.errors)")
  }

  @Test func whatTheServerRefusesIsOneLine() throws {
    let server = try WebServer([:])
    let run = try label("\(server.address)/clip.mp4")
    #expect(run.status == 1 && run.errors.contains("404") && run.errors.count(where: \.isNewline) == 1)
  }

  @Test func aScanOfAnAddressAdvisesNoOptionThatScanLacks() throws {
    let run = try program(
      "scan", "http://127.0.0.1:9/clip.mp4", "--model", model, "--output", folder.path("l.csv"))
    let row = String(decoding: try folder.read("l.csv"), as: UTF8.self)
    #expect(run.status == 1 && row.contains("no such file; scan reads files alone, label reads addresses"))
  }
}
