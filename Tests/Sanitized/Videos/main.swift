import Foundation

@testable import VideoDecoding

// usage: videos COUNT FIRST FILE…   decodes so many damaged copies of the files; meant to be built with a sanitizer

let count = Int(CommandLine.arguments[1]) ?? 0
let first = Int(CommandLine.arguments[2]) ?? 0
let originals = try CommandLine.arguments.dropFirst(3).map {
  try [UInt8](Data(contentsOf: URL(filePath: $0)))
}
let path = FileManager.default.temporaryDirectory.appending(path: "r2p1d-mutation-\(getpid())")
var (decoded, refused) = (0, 0)
var slowest = (seconds: 0.0, index: 0)
let clock = ContinuousClock()
let began = clock.now

func seconds(since start: ContinuousClock.Instant) -> Double {
  let parts = (clock.now - start).components
  return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
}

func residentMiB() -> Int {
  let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .ascii)
  let pages = text?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  return (pages * 4096) >> 20
}

for index in first..<first + count {
  var mutation = VideoMutation(seed: 1 << 32 | UInt64(index))
  try Data(mutation.damage(originals[index % originals.count], with: originals)).write(to: path)
  let start = clock.now
  do {
    _ = try VideoMutation.sample(path.path)
    decoded += 1
  } catch {
    refused += 1
  }
  if seconds(since: start) > slowest.seconds { slowest = (seconds(since: start), index) }
  if (index - first + 1) % max(count / 5, 1) == 0 {
    print(
      "\(index - first + 1) damaged videos: \(decoded) decoded, \(refused) refused, \(residentMiB()) MiB resident"
    )
    fflush(nil)
  }
}
try? FileManager.default.removeItem(at: path)
print("slowest: \(slowest.seconds) s (number \(slowest.index)); \(Int(seconds(since: began))) s in all")
