import Foundation
import Synchronization
import Testing

@testable import ArchiveScan
@testable import R2P1DVideo

/// Progress is said while there is some, and not otherwise.
@Suite struct HeartbeatTests {
  /// What was said so far.
  private final class Lines: Sendable {
    let all = Mutex<[(BytePath, Int, Int?)]>([])
    var count: Int { all.withLock { $0.count } }
  }

  private func heartbeat(_ lines: Lines) -> Heartbeat {
    Heartbeat(every: .milliseconds(20)) { video, windows in
      lines.all.withLock { $0.append((video.path, windows.done, windows.of)) }
    }
  }

  private func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<6000 {
      if condition() { return true }
      usleep(10_000)
    }
    return false
  }

  @Test func signsOfLifeAreSaidAndSilenceIsNot() {
    let lines = Lines()
    let heartbeat = heartbeat(lines)
    defer { heartbeat.end() }
    let video = DecodeJob("a.mp4")
    heartbeat.begin(video)
    usleep(200_000)
    #expect(lines.count == 0)
    video.giveSignOfLife()
    #expect(eventually { lines.count == 1 })
    usleep(200_000)
    #expect(lines.count == 1)
    heartbeat.scored(3, of: 40)
    #expect(eventually { lines.count == 2 })
    heartbeat.endFile()
    video.giveSignOfLife()
    usleep(200_000)
    let said = lines.all.withLock { $0 }
    #expect(said.map(\.0) == ["a.mp4", "a.mp4"] && said.map(\.1) == [0, 3] && said.map(\.2) == [nil, 40])
  }

  @Test func aFileBeginsWithItsOwnTime() {
    let lines = Lines()
    let heartbeat = Heartbeat(every: .seconds(1000)) { video, _ in
      lines.all.withLock { $0.append((video.path, 0, nil)) }
    }
    defer { heartbeat.end() }
    let video = DecodeJob("a.mp4")
    heartbeat.begin(video)
    video.giveSignOfLife()
    usleep(100_000)
    #expect(lines.count == 0)
  }
}
