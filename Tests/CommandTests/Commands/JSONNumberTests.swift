import Foundation
import TestSupport
import Testing

/// Readers that learn a column's type from its first rows see a real number in every row, and whole numbers
/// nowhere else.
@Suite struct JSONNumberTests {
  let folder: TemporaryFolder
  var program = Program()

  init() throws {
    folder = try TemporaryFolder()
    program.folder = folder.url
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("clips"), withDestinationPath: TaughtClips.folder)
    try folder.write("clip.mp4", Data(contentsOf: URL(filePath: Checkout.clip)))
    try folder.write("clips.txt", "clip.mp4\n")
    try folder.write("list.csv", "file,label\nclip.mp4,abseiling\n")
    try folder.write("segments.csv", "file,label,start,end\nclip.mp4,abseiling,0,2\n")
    try folder.write(
      "narrow.safetensors", NarrowCheckpoint.safetensors(metadata: ["mean": "0 0 0", "std": "1 1 1"]))
  }

  /// What makes JSON, as a shell script that leaves it on standard output.
  static let commands = [
    "label clip.mp4 --model narrow.safetensors --logits --format json",
    "label clip.mp4 clip.mp4 --model narrow.safetensors --fps 30 --format jsonl",
    "timeline clip.mp4 --model narrow.safetensors --logits --all-scores --format json",
    "timeline clip.mp4 --model narrow.safetensors --all-scores --format jsonl",
    "timeline clip.mp4 --model narrow.safetensors --segments --enter 0 --all-scores --format json",
    "timeline clip.mp4 --model narrow.safetensors --segments --enter 0 --format jsonl",
    "scan clip.mp4 --model narrow.safetensors --format jsonl --quiet --output s.jsonl && cat s.jsonl",
    "worker --model narrow.safetensors --logits < clips.txt",
    "list clip.mp4 --format jsonl",
    "inspect clip.mp4 --model narrow.safetensors --format json",
    "windows clip.mp4 --model narrow.safetensors --output w.npy",
    "embed clip.mp4 --model narrow.safetensors --output e.npy && cat e.json",
    "bench --model narrow.safetensors --runs 1 --video clip.mp4 --format json",
    "models list --format json",
    "teach clips --windows 1 --model narrow.safetensors --reject 0.2 --output t.safetensors --format json",
    "teach clips --windows 1 --model narrow.safetensors --multi-label --output t.safetensors --format json",
    "teach clips --windows 1 --model narrow.safetensors --multi-label --output t.safetensors --quiet "
      + ">r.txt && "
      + "\"$r2p1d\" evaluate clips --model t.safetensors --windows 1 --format json",
    "evaluate list.csv --model narrow.safetensors --format json",
    "evaluate segments.csv --model narrow.safetensors --format json",
  ]

  private static let reals: Set<String> = [
    "start", "end", "duration", "frameRate", "fps", "score", "scores", "logits", "mean", "std", "seconds",
    "cpuSeconds", "median", "min", "max", "logitError", "smooth", "enter", "leave", "minLength", "minScore",
    "top1", "top5", "value", "low", "high", "accuracy", "precision", "f1", "meanClassAccuracy",
    "calibrationError", "thresholds", "meanAveragePrecision", "averageMeanAveragePrecision", "edit", "f1At10",
    "f1At25", "f1At50", "time", "frameTime",
    "share", "recall", "temperature", "c", "cosine", "ownScore", "ownProbability", "rate", "minimumScore",
    "before", "after", "probabilities", "averagePrecision", "macroF1", "microF1", "chance", "centroids",
    "threshold",
  ]
  private static let counts: Set<String> = [
    "classes", "width", "height", "decodeErrors", "framesDecoded", "framesDecoded", "frames", "windows",
    "stride", "number", "sample", "frame",
    "index", "samples", "starts", "features", "batch", "threads", "pictures", "skipped", "bytes", "track",
    "correct", "of", "videos", "failed", "groups", "folds", "fold", "predicted", "count", "kept", "wrong",
    "asked", "scored", "short", "leftOut", "unmatched",
    "paddedWindows", "classesPresent", "rank",
    "bytesRead", "fileBytes", "size", "mtime_ns", "said", "found", "uncertain",
  ]

  @Test(arguments: commands) func realsHaveAFractionInAllThatCommandsPrint(_ command: String) throws {
    let run = try program.shell("\"$r2p1d\" \(command)")
    try #require(run.status == 0, "\(run.errors)")
    var (reals, counts) = (0, 0)
    for (key, number) in Self.numbers(run.text) {
      if Self.reals.contains(key) {
        #expect(number.contains("."), "\(key) is \(number)")
        reals += 1
      } else {
        #expect(Self.counts.contains(key), "\(key) is neither a real nor a count")
        #expect(Int(number) != nil, "\(key) is \(number)")
        counts += 1
      }
    }
    #expect(counts > 0 && (reals > 0 || command.hasPrefix("windows") || command.hasPrefix("list")))
  }

  /// Every number of a JSON text as it is spelt, and the last key before it.
  private static func numbers(_ text: String) -> [(key: String, number: String)] {
    var found: [(String, String)] = []
    var (key, string) = ("", "")
    var rest = text[...]
    while let character = rest.popFirst() {
      if character == "\"" {
        string = ""
        while let next = rest.popFirst(), next != "\"" {
          string.append(next)
          if next == "\\", let escaped = rest.popFirst() { string.append(escaped) }
        }
        if rest.drop(while: \.isWhitespace).first == ":" { key = string }
      } else if character == "-" || character.isNumber {
        let more = rest.prefix { $0.isNumber || "+-.eE".contains($0) }
        rest = rest.dropFirst(more.count)
        found.append((key, String(character) + more))
      }
    }
    return found
  }
}
