import FoundationEssentials
import Glibc
import R2P1DVideo
import Reports

import struct SystemPackage.Errno

/// The timelines of one video under hidden names, as its windows come. Whatever is not installed is removed.
final class SidecarDrafts {
  private let video: BytePath
  private let sidecars: Sidecars
  private var timelines: [Timeline] = []
  private var windows = 0

  /// A report and what is not yet in its file.
  private struct Timeline {
    var report: any TimelineReport
    let path: BytePath
    let file: PartialFile
    var text: [UInt8] = []
  }

  /// Pieces in which text goes to a file, in bytes.
  private static let piece = 1 << 16

  /// Fails, as the video's own failure, where no file can be made.
  init(of video: BytePath, _ classifier: Classifier, _ sidecars: Sidecars) throws(ClassifierError) {
    (self.video, self.sidecars) = (video, sidecars)
    for (format, path) in zip(sidecars.timelines, sidecars.paths(of: video)) {
      let report = format.report(of: video, classifier, sidecars.options(of: format, path, video))
      timelines.append(Timeline(report: report, path: path, file: try Self.file(path, of: video)))
    }
  }

  private static func file(_ path: BytePath, of video: BytePath) throws(ClassifierError) -> PartialFile {
    let failure: String
    do {
      try path.folder.makeFolders()
      // A draft's name is shorter: this one's length would only show at the end.
      if path.status == nil, errno == ENAMETOOLONG { throw Errno.fileNameTooLong }
      // What another scan has under way is waited for.
      let file = try PartialFile(of: path) {}
      try file.empty()
      return file
    } catch let error as ClassifierError {
      failure = "its timeline's folder \(error.subject) \(error.cause)"
    } catch {
      let reason = (error as? Errno ?? .ioError).reason
      failure = "its timeline \(path.printable) cannot be written: \(reason)"
    }
    throw .video(video, cause: failure, kind: .request)
  }

  func add(_ window: ScoredWindow) throws(ClassifierError) {
    for index in timelines.indices {
      let start = windows == 0 ? timelines[index].report.begin() : ""
      try write(start + timelines[index].report.add(window), to: index)
    }
    windows += 1
  }

  /// Completes the timelines and, where they are wanted, the tags; the SHA-256 of each timeline.
  func end(_ labels: VideoLabels) throws(ClassifierError) -> [String] {
    let summary = TimelineSummary(
      video: labels.video, labels: labels.labels, windows: windows, receipt: labels.receipt)
    for index in timelines.indices {
      try write(timelines[index].report.end(summary), to: index, isLast: true)
    }
    if sidecars.writesTags {
      let tags = labels.labels.filter { $0.score >= sidecars.tagScore }
      try XMPSidecar.update(of: video, tags.map(\.label))
    }
    return timelines.map(\.file.sha256)
  }

  private func write(_ text: String, to index: Int, isLast: Bool = false) throws(ClassifierError) {
    timelines[index].text += text.utf8
    guard isLast || timelines[index].text.count >= Self.piece else { return }
    do throws(Errno) {
      try timelines[index].file.append(timelines[index].text)
    } catch {
      throw Sidecars.failure(timelines[index].path, error)
    }
    timelines[index].text = []
  }

  /// Gives them their names, now that the video's row says that they are its own.
  func install() throws(ClassifierError) -> [BytePath] {
    for timeline in timelines { try sidecars.install(timeline.file, at: timeline.path) }
    return timelines.map(\.path)
  }
}

extension Sidecars {
  func install(_ file: PartialFile, at path: BytePath) throws(ClassifierError) {
    do throws(Errno) {
      try file.install(replacing: overwrites)
    } catch .fileExists {
      file.keep()
      throw .output(path, cause: "appeared while the scan ran, and is not its own", remedy: .overwrite)
    } catch {
      file.keep()
      throw Self.failure(path, error)
    }
  }

  static func failure(_ path: BytePath, _ error: Errno) -> ClassifierError {
    .output(path, cause: "cannot be written: \(error.reason)", remedy: .resume)
  }

  /// How the timeline at `path` is written.
  fileprivate func options(
    of format: TimelineFormat, _ path: BytePath, _ video: BytePath
  ) -> TimelineReportOptions {
    var options = report
    options.showsSegments = true
    options.location = video.location
    options.document.isBeside = folder == nil
    if format == .html, folder == nil { options.videoURL = video.relativeURL }
    return options
  }
}
