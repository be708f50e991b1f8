import Foundation

@testable import VideoDecoding

// usage: videos COUNT FIRST FILE…   decodes so many damaged copies of the files; meant to be built with a
// sanitizer
//        videos COUNT FIRST FILE… --write FOLDER   writes them there instead

let count = Int(CommandLine.arguments[1]) ?? 0
let first = Int(CommandLine.arguments[2]) ?? 0
var names = Array(CommandLine.arguments.dropFirst(3))
let folder = names.suffix(2).first == "--write" ? names.last.map { URL(filePath: $0) } : nil
if folder != nil { names.removeLast(2) }
let originals = try names.map { try [UInt8](Data(contentsOf: URL(filePath: $0))) }
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
  let bytes = Data(mutation.damage(originals[index % originals.count], with: originals))
  if let folder {
    let ending = URL(filePath: names[index % originals.count]).pathExtension
    try bytes.write(to: folder.appending(path: "\(index).\(ending)"))
    continue
  }
  try bytes.write(to: path)
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
      "\(index - first + 1) damaged videos: \(decoded) decoded, \(refused) refused, \(residentMiB()) MiB "
        + "resident"
    )
    fflush(nil)
  }
}
try? FileManager.default.removeItem(at: path)
if folder != nil { exit(0) }
print("slowest: \(slowest.seconds) s (number \(slowest.index)); \(Int(seconds(since: began))) s in all")
