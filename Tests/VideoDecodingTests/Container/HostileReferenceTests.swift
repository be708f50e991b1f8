import Foundation
import TestSupport
import Testing

@testable import VideoDecoding

/// A file whose content leads elsewhere: `{file}` stands for a canary's path, `{name}` for its path beside
/// the file, `{port}` for a loopback port that listens.
struct Lure: CustomTestStringConvertible, Sendable {
  let name: String
  let content: String
  var testDescription: String { name }

  static let all: [Lure] =
    targets.enumerated().flatMap { index, target in
      [
        Lure(name: "\(index).m3u8", content: hls("#EXTINF:1,\n\(target)\n")),
        Lure(
          name: "\(index)-key.m3u8",
          content: hls("#EXT-X-KEY:METHOD=AES-128,URI=\"\(target)\"\n#EXTINF:1,\na\n")),
        Lure(name: "\(index)-map.m3u8", content: hls("#EXT-X-MAP:URI=\"\(target)\"\n#EXTINF:1,\na\n")),
        Lure(
          name: "\(index)-master.m3u8",
          content: "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"avc1\"\n\(target)\n"),
        Lure(name: "\(index).ffconcat", content: "ffconcat version 1.0\nfile '\(target)'\n"),
        Lure(name: "\(index)-long.ffconcat", content: "ffconcat version 1.0\n#\(filler)\nfile '\(target)'\n"),
        Lure(name: "\(index).mpd", content: dash(target)),
        Lure(name: "\(index).mp4", content: hls("#EXTINF:1,\n\(target)\n")),
      ]
    } + [
      Lure(
        name: "session.sdp",
        content: "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\nc=IN IP4 127.0.0.1\nt=0 0\n"
          + "a=control:rtsp://127.0.0.1:{port}/a\nm=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n"),
      Lure(
        name: "subtitles.idx",
        content: "# VobSub index file, v7 (do not modify this line!)\nid: en, index: 0\n"),
      Lure(name: "script.avs", content: "FFVideoSource(\"{file}\")\n"),
      Lure(name: "script.vpy", content: "import vapoursynth\nopen('{file}').read()\n"),
      Lure(
        name: "list.imf",
        content: "<CompositionPlaylist xmlns=\"http://www.smpte-ra.org/schemas/2067-3/2016\">"),
      Lure(name: "canary%03d.png", content: "no picture"),
      Lure(
        name: "links.asx",
        content: "<asx version=\"3.0\"><entry><ref href=\"http://127.0.0.1:{port}/a\"/></entry></asx>"),
      Lure(name: "links.ram", content: "rtsp://127.0.0.1:{port}/a\n"),
      Lure(name: "links.qtl", content: "RTSPtext\nrtsp://127.0.0.1:{port}/a\n"),
    ]

  private static let filler = String(repeating: "x", count: 3000)

  private static let targets = [
    "{name}", "{file}", "file:{file}", "file://{file}", "http://127.0.0.1:{port}/a.ts",
    "tcp://127.0.0.1:{port}",
    "concat:{file}|{file}", "subfile,,start,0,end,0,,:{file}", "crypto+file:{file}", "async:file:{file}",
    "cache:http://127.0.0.1:{port}/a", "rtmp://127.0.0.1:{port}/a", "data:text/plain,{file}",
  ]

  private static func hls(_ lines: String) -> String {
    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:1\n\(lines)#EXT-X-ENDLIST\n"
  }

  private static func dash(_ target: String) -> String {
    """
    <?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" \
    mediaPresentationDuration="PT1S">
    <Period><AdaptationSet contentType="video"><Representation id="1" bandwidth="1" mimeType="video/mp4">
    <BaseURL>\(target)</BaseURL><SegmentList duration="1"><SegmentURL media="\(target)"/></SegmentList>
    </Representation></AdaptationSet></Period></MPD>
    """
  }
}

/// What a file names is reached neither on the disk nor on the network.
@Suite(.enabled(if: Clips.canEncode("mpeg4"), Clips.note)) struct HostileReferenceTests {
  let clips: Clips
  let canaries: WatchedFiles
  let port: ListeningPort

  init() throws {
    clips = try Clips()
    _ = try clips.make("canary.ts", source: "64x48:10:1", "-c:v mpeg4")
    // What demuxers would derive from the lures' own names.
    let canary = try clips.read("canary.ts")
    for name in ["canary001.png", "subtitles.sub", "a"] { _ = try clips.write(canary, name) }
    canaries = try WatchedFiles(in: clips.path(""))
    port = try ListeningPort()
  }

  @Test func theWatchSeesAFileThatIsOpened() throws {
    #expect(canaries.opened() == [])
    #expect(try Video(clips.path("canary.ts")).pass().pictures.count == 10)
    #expect(canaries.opened() == ["canary.ts"])
  }

  @Test(arguments: Lure.all)
  func aFileLeadsNowhere(_ lure: Lure) throws {
    try #require(try open(lure.name, filled(lure.content)))
  }

  @Test(arguments: Lure.all.filter { $0.name.hasPrefix("1") })
  func aListOfListsLeadsNowhere(_ lure: Lure) throws {
    _ = try clips.write(filled(lure.content).utf8, "inner-\(lure.name)")
    let outer = lure.content.replacing("{file}", with: clips.path("inner-\(lure.name)"))
    try #require(try open("outer-\(lure.name)", filled(outer)))
  }

  @Test(arguments: ["alis", "url "])
  func aMovieWhoseSamplesLieElsewhereDoesNotFetchThem(_ kind: String) throws {
    let movie = try clips.make("movie.mov", source: "64x48:10:1", "-c:v mpeg4")
    let whole = try clips.read("movie.mov")
    let elsewhere =
      kind == "alis"
      ? DataReference.alias(to: clips.path("canary.ts")) : DataReference.address(clips.path("canary.ts"))
    let path = try clips.write(DataReference.replaced(in: whole, by: elsewhere), "references.mov")
    try #require(whole.count != (try clips.read("references.mov")).count)
    _ = canaries.opened()
    _ = try? Video(path).pass()
    #expect(canaries.opened() == ["references.mov"])
    #expect(!port.wasReached)
    _ = movie
  }

  /// Opens a file with this content; whether it was refused, and nothing but it was opened.
  private func open(_ name: String, _ content: String) throws -> Bool {
    let path = try clips.write(content.utf8, name)
    _ = canaries.opened()
    var isRefused = false
    do { _ = try Video(path).pass() } catch { isRefused = error is VideoError }
    #expect(canaries.opened().subtracting([name]) == [])
    #expect(!port.wasReached)
    return isRefused
  }

  private func filled(_ text: String) -> String {
    text.replacing("{file}", with: clips.path("canary.ts")).replacing("{name}", with: "canary.ts")
      .replacing("{port}", with: "\(port.number)")
  }
}

/// Reports which files of a folder were opened.
final class WatchedFiles {
  private let descriptor: Int32

  init(in folder: String) throws {
    descriptor = inotify_init1(Int32(IN_NONBLOCK))
    try #require(descriptor >= 0)
    try #require(inotify_add_watch(descriptor, folder, UInt32(IN_OPEN)) >= 0)
  }

  deinit { close(descriptor) }

  /// The names of the files opened since the last call.
  func opened() -> Set<String> {
    var names: Set<String> = []
    let header = MemoryLayout<inotify_event>.size
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &bytes, bytes.count)
      guard count > 0 else { return names.subtracting([""]) }
      var at = 0
      while at + header <= count {
        let length = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at + 12, as: UInt32.self) }
        let name = bytes[at + header..<at + header + Int(length)].prefix { $0 != 0 }
        names.insert(String(decoding: name, as: UTF8.self))
        at += header + Int(length)
      }
    }
  }
}

/// A loopback port that notices who connects.
final class ListeningPort {
  private let descriptor: Int32
  let number: UInt16

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let socket = descriptor
    let isListening = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, size) == 0 && listen(socket, 64) == 0 && getsockname(socket, $0, &size) == 0
      }
    }
    try #require(isListening)
    number = UInt16(bigEndian: address.sin_port)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
  }

  deinit { close(descriptor) }

  var wasReached: Bool {
    let client = accept(descriptor, nil, nil)
    if client >= 0 { close(client) }
    return client >= 0
  }
}
