import Evaluation
import FoundationEssentials
import Glibc
import Inference
import R2P1DVideo

/// Teaches a network new classes: computes its features of labelled videos, and fits a head to them.
public struct Teacher: Sendable {
  public let classifier: Classifier
  public let options: TeachingOptions
  private let cache: FeatureCache?

  public init(_ classifier: Classifier, options: TeachingOptions = TeachingOptions()) throws(ClassifierError)
  {
    self.classifier = classifier
    self.options = options
    cache = try options.cache.map { (folder) throws(ClassifierError) in
      try FeatureCache(
        folder,
        model: FeatureCache.Model(
          name: classifier.model.name, sha256: classifier.network.identity, features: classifier.features))
    }
  }

  /// What became of a video while its features were computed.
  public enum Progress: Sendable {
    case video(BytePath, number: Int, of: Int, isCached: Bool)
    case failed(BytePath, ClassifierError)
    case warnings([VideoWarning], BytePath)
    /// The report's folds, and the last fit.
    case fitted(Int, of: Int)
  }

  /// The model that `lesson` teaches, and what the report says of it.
  ///
  /// Videos that cannot be read are left out, each reported; a tenth of them or more is an error.
  public func teach(
    _ lesson: Lesson, progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) async throws(ClassifierError) -> (model: TaughtModel, report: TeachingReport) {
    let mirrors = options.mirroring.isOn(for: lesson.classes)
    let set = try await features(of: lesson, mirrors: mirrors, progress)
    let (classifier, options) = (classifier, options)
    return try await StreamThread.value(model: classifier.model.name) { (control) throws(ClassifierError) in
      let engine: TeachingEngine
      do throws(ModelError) {
        engine = try TeachingEngine(threads: options.threads)
      } catch {
        throw .network(classifier.model.name, cause: "\(error)", kind: FailureKind(error.kind))
      }
      let course = try Course(set.set, options, engine) { (done, total) throws(ClassifierError) in
        if control.isCancelled {
          throw .network(classifier.model.name, cause: "interrupted", kind: .cancelled)
        }
        progress(.fitted(done, of: total))
      }
      var report = course.report
      report.list = lesson.list
      report.unread = set.failures
      report.backbone = classifier.model.name
      report.isMirrored = mirrors
      let model = TaughtModel(
        network: classifier.network, sampling: classifier.sampling, classes: lesson.classes,
        head: course.head,
        decision: course.decision)
      return (model, report)
    }
  }

  private func features(
    of lesson: Lesson, mirrors: Bool, _ progress: @Sendable (Progress) -> Void
  ) async throws(ClassifierError) -> (set: TeachingSet, failures: [TeachingReport.UnreadVideo]) {
    var builder = TeachingSetBuilder(lesson, options, width: classifier.features)
    var hashes: [BytePath: String] = [:]
    var failures: [TeachingReport.UnreadVideo] = []
    for (number, video) in lesson.videos.enumerated() {
      do throws(ClassifierError) {
        let content = if let known = hashes[video.path] { known } else { try Self.hash(video.path) }
        hashes[video.path] = content
        try builder.check(video, content)
        var isCached = true
        let windows = try await features(of: video, content, mirrors, &isCached, progress)
        builder.add(video, content, windows)
        progress(.video(video.path, number: number + 1, of: lesson.videos.count, isCached: isCached))
      } catch {
        guard error.scope == .input else { throw error }
        failures.append(.init(file: video.path, cause: error.cause))
        progress(.failed(video.path, error))
      }
    }
    try Self.check(failures, lesson, builder)
    return (builder.set, failures)
  }

  private static func check(
    _ failures: [TeachingReport.UnreadVideo], _ lesson: Lesson, _ builder: TeachingSetBuilder
  ) throws(ClassifierError) {
    guard failures.count * 10 < lesson.videos.count else {
      throw .video(
        lesson.list,
        cause: "\(failures.count) of its \(lesson.videos.count) videos cannot be read, the first "
          + "\(failures[0].file.printable): nothing was taught")
    }
    let counts = builder.set.counts(builder.set.all)
    if let empty = counts.firstIndex(of: 0) {
      throw .video(
        lesson.list, cause: "no video of the class \(Lesson.quoted([lesson.classes[empty]])) can be read")
    }
    guard Set(builder.set.videos.map(\.group)).count > 1 else {
      throw .list(
        lesson.list, cause: "all its videos are of one group: there is none to test what was learnt on")
    }
  }

  private static func hash(_ path: BytePath) throws(ClassifierError) -> String {
    // A pipe may have nobody who writes, and a device no end.
    var status = stat()
    let isThere = path.withCString { stat($0, &status) } == 0
    guard !isThere || [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else {
      throw .video(path, cause: "is a pipe or a device, expected a video file", kind: .unreadable)
    }
    do throws(ClassifierError) {
      return try path.sha256()
    } catch {
      let kind: FailureKind = path.isFile ? .unreadable : .missing
      throw .video(path, cause: error.cause, kind: kind)
    }
  }

  private func features(
    of video: LabelledVideo, _ content: String, _ mirrors: Bool, _ isCached: inout Bool,
    _ progress: @Sendable (Progress) -> Void
  ) async throws(ClassifierError) -> [WindowFeatures] {
    let sampling = classifier.sampling.part(from: video.start, to: video.end)
    // Features of another device are close, not the same.
    let gpu = classifier.options.gpu.map { " on \($0.facts.name)" } ?? ""
    let computing = classifier.precision.rawValue + gpu
    let key = FeatureCache.Key(
      content: content, sampling: sampling, precision: computing, mirrored: mirrors)
    if let windows = cache?.windows(key, width: classifier.features) { return windows }
    isCached = false
    let features = try await classifier.embed(.file(video.path), sampling, mirrored: mirrors)
    progress(.warnings(features.video.warnings, video.path))
    try cache?.keep(features.windows, key)
    return features.windows
  }
}

extension Network {
  /// What tells its weights from all others.
  var identity: String { hash.digits ?? summary.name }
}
