import Foundation

@testable import Checkpoints

// usage: checkpoints COUNT FIRST FILE…   reads so many damaged copies of the files; meant to be built with a
// sanitizer

let count = Int(CommandLine.arguments[1]) ?? 0
let first = Int(CommandLine.arguments[2]) ?? 0
let originals = try CommandLine.arguments.dropFirst(3).map {
  try [UInt8](Data(contentsOf: URL(filePath: $0)))
}
var read = 0
let clock = ContinuousClock()
let began = clock.now
for seed in first..<first + count where refusal(CheckpointMutation.of(originals, seed: seed)) == nil {
  read += 1
}
let seconds = Double((clock.now - began).components.seconds) + 1e-3
let bytes = originals.map(\.count).max() ?? 0
var usage = rusage()
getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
print(
  "\(count) damaged checkpoints of up to \(bytes) bytes: \(read) read, \(count - read) refused, "
    + "\(Int(Double(count) / seconds)) a second, at most \(usage.ru_maxrss >> 10) MiB resident")
