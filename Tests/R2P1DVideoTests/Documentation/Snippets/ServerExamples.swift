import Foundation
import R2P1DVideo

func answer(
  _ upload: Data, _ classifier: Classifier, write: (Data) async throws -> Void
) async throws {
  let windows = classifier.windows(of: .bytes(upload, name: "upload.mp4"))
  for try await window in windows {  // decoded no faster than the client reads
    try await write(Data("window \(window.number) of \(window.count)\n".utf8))
  }
  try await write(try JSONEncoder().encode(try await windows.labels()))
}

func httpStatus(of error: ClassifierError) -> Int {
  switch error.kind {
  case .missing: 404
  case .limit: 413
  case .unsupported, .damaged, .refused: 415
  case .request: 400
  case .cancelled: 499
  case .unreadable, .outOfMemory, .device, .output, .other: 500
  }
}

func labels(of file: String, _ classifier: Classifier, within limit: Duration) async throws -> VideoLabels? {
  let task = Task { try await classifier.classify(.file(BytePath(file))) }
  let watch = Task {
    try await Task.sleep(for: limit)
    task.cancel()
  }
  defer { watch.cancel() }
  do {
    return try await task.value
  } catch let error as ClassifierError where error.kind == .cancelled {
    return nil
  }
}
