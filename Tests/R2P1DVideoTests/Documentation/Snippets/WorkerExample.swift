import Foundation
import R2P1DVideo

func askedOfAWorker(_ paths: [String], _ program: URL) throws -> [VideoLabels] {
  var videos: [VideoLabels] = []

  let (worker, requests, answers) = (Process(), Pipe(), Pipe())
  (worker.executableURL, worker.arguments) = (program, ["worker", "--model", "camera-motion"])
  (worker.standardInput, worker.standardOutput) = (requests, answers)
  try worker.run()
  _ = nextLine(of: answers)  // {"ready": true, …}
  for path in paths {
    try requests.fileHandleForWriting.write(contentsOf: Data("\(path)\n".utf8))
    videos.append(try JSONDecoder().decode(VideoLabels.self, from: nextLine(of: answers)))
  }
  try requests.fileHandleForWriting.close()
  worker.waitUntilExit()

  return videos
}

/// One line, where no more are on the way; empty at the end.
func nextLine(of pipe: Pipe) -> Data {
  var line = Data()
  while line.last != UInt8(ascii: "\n"), case let more = pipe.fileHandleForReading.availableData,
    !more.isEmpty
  {
    line += more
  }
  return line
}
