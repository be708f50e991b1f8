import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import Evaluation
@testable import R2P1DVideo
@testable import Teaching

/// Sets of made-up videos.
enum MadeVideos {
  /// So many videos of each class around a centre of its own, `spread` wide; those of one `group` number
  /// share a group.
  static func set(
    _ counts: [Int], width: Int = 8, spread: Double = 0.5, seed: UInt64 = 1, isMultiLabel: Bool = false,
    group: (_ video: Int) -> Int = { $0 }
  ) -> TeachingSet {
    var generator = SplitMix64(seed: seed)
    func noise() -> Double { Double(generator.next() >> 11) / Double(1 << 53) - 0.5 }
    let centres = counts.map { _ in (0..<width).map { _ in noise() } }
    var rows = FeatureRows(width: width)
    var videos: [TeachingSet.Video] = []
    for (label, count) in counts.enumerated() {
      for _ in 0..<count {
        let first = rows.count
        for _ in 0..<3 { rows.add(centres[label].map { Float($0 + spread * noise()) }) }
        let number = videos.count
        videos.append(
          TeachingSet.Video(
            file: BytePath("video-\(number).mp4"), start: nil, end: nil, labels: [label],
            group: group(number),
            content: String(generator.next(), radix: 16), starts: [0, 1, 2], plain: first..<(first + 3),
            mirrored: 0..<0))
      }
    }
    return TeachingSet(
      classes: counts.indices.map { "class \($0)" }, isMultiLabel: isMultiLabel, videos: videos, rows: rows)
  }
}

@Suite struct FoldsTests {
  @Test func eachVideoIsTestedOnceAndNoGroupIsOnBothSides() {
    let set = MadeVideos.set([20, 9, 14], group: { $0 / 3 })
    let folds = Folds(set, set.all, count: 5)
    #expect(folds.tests.count == 5)
    #expect(folds.tests.flatMap { $0 }.sorted() == set.all)
    for number in folds.tests.indices {
      let tested = Set(folds.tests[number].map { set.videos[$0].group })
      #expect(tested.isDisjoint(with: folds.training(number).map { set.videos[$0].group }))
    }
  }

  @Test func eachFoldHasItsShareOfEachClass() {
    let set = MadeVideos.set([50, 10, 25])
    for test in Folds(set, set.all, count: 5).tests { #expect(set.counts(test) == [10, 2, 5]) }
  }

  @Test(arguments: [(2, 2), (5, 3), (1, 1)])
  func thereAreNoMoreFoldsThanGroups(_ groups: Int, _ folds: Int) {
    let set = MadeVideos.set([6, 6], group: { $0 % groups })
    #expect(Folds(set, set.all, count: max(folds, groups)).tests.count == groups)
  }
}

@Suite struct CutTests {
  struct Case: Sendable {
    let scores: [Double]
    let right: [Bool]
    let share: Double
    let threshold: Double
    let kept: Int
    let wrong: Int
  }

  static let cases = [
    Case(
      scores: [0.9, 0.8, 0.7, 0.6], right: [true, true, false, true], share: 0, threshold: 0.75, kept: 2,
      wrong: 0),
    Case(
      scores: [0.9, 0.8, 0.7, 0.6], right: [true, true, false, true], share: 0.25, threshold: 0, kept: 4,
      wrong: 1),
    // Equal scores stay together.
    Case(
      scores: [0.9, 0.8, 0.8], right: [true, true, false], share: 0.2, threshold: 0.85, kept: 1, wrong: 0),
    Case(scores: [0.9, 0.5], right: [false, true], share: 0.1, threshold: 1.0.nextUp, kept: 0, wrong: 0),
    Case(scores: [], right: [], share: 0.1, threshold: 1.0.nextUp, kept: 0, wrong: 0),
  ]

  @Test(arguments: cases)
  func theLowestThresholdThatKeepsTheShareIsTaken(_ example: Case) {
    let cut = Cut(zip(example.scores, example.right).map { ($0, $1) }, wrongShare: example.share)
    #expect(abs(cut.threshold - example.threshold) < 1e-12)
    #expect((cut.kept, cut.wrong) == (example.kept, example.wrong))
  }

  @Test func theBestF1IsBetweenTheRightAndTheWrongOnes() {
    let cut = Cut(bestF1: [(0.9, true), (0.7, true), (0.4, false), (0.2, false)])
    #expect(abs(cut.threshold - 0.55) < 1e-12)
  }
}

@Suite struct CrossValidationTests {
  private func course(_ set: TeachingSet, threads: Int = 2) throws -> Course {
    var options = TeachingOptions()
    options.rejection = 0.05
    return try Course(set, options, TeachingEngine(threads: threads)) { _, _ in }
  }

  @Test func whatIsEasyIsLearntAndWhatIsNoiseIsNot() throws {
    let easy = try course(MadeVideos.set([12, 12, 12], spread: 0.1)).report
    #expect(easy.figures.video1.count == 36 && easy.head == .logistic && easy.suspects.isEmpty)
    let noise = try course(MadeVideos.set([12, 12, 12], spread: 50)).report
    // By chance 12 of 36, with a deviation of 2.8.
    #expect(noise.figures.video1.count < 24)
  }

  @Test func aFewVideosAreLeftOutOneByOne() throws {
    let report = try course(MadeVideos.set([5, 4, 7], spread: 0.2)).report
    #expect(report.head == .centroids && report.leavesOneOut && report.folds == 16)
    #expect(report.figures.video1.count == 16)
  }

  @Test func aClassOfOneGroupIsNeverSaidWhereItIsTested() throws {
    let set = MadeVideos.set([8, 8, 8], spread: 0.1, group: { $0 < 8 ? 0 : $0 })
    let report = try course(set).report
    #expect(report.results.prefix(8).allSatisfy { $0.predicted != 0 && $0.ownScore == 0 })
    #expect(report.figures.video1.count == 16)
    #expect(report.lonelyClasses == [0] && report.text.contains("all videos of one group: class 0\n"))
  }

  @Test func aWrongLabelIsSuspected() throws {
    let made = MadeVideos.set([20, 20, 20], spread: 0.2)
    var set = made
    set.videos[3] = made.videos[3].labelled(2)
    let report = try course(set).report
    #expect(report.suspects.first?.file == "video-3.mp4")
    #expect(report.mistakes.first?.predicted == 0)
  }

  @Test func theHeadOfTheModelSaysWhatTheReportJudged() throws {
    let set = MadeVideos.set([10, 10], spread: 0.3)
    let course = try course(set)
    let training = HeadTraining(set: set, kind: .logistic, engine: try TeachingEngine(threads: 1))
    let rule = ScoreRule(isMultiLabel: false)
    for video in set.all {
      let scores = rule.scores(training.logits(course.head, of: video))
      #expect(ClassScores(scores).top(1)[0] == set.videos[video].label)
    }
  }

  @Test func twoRunsAndAnyThreadsGiveTheSameHeadAndReport() throws {
    let set = MadeVideos.set([9, 9, 9], spread: 0.8)
    let first = try course(set, threads: 1)
    for threads in [1, 2, 3] {
      let again = try course(set, threads: threads)
      #expect(again.head == first.head && again.report == first.report && again.decision == first.decision)
    }
  }

  @Test func theTemperatureThatScoresWereMadeWithIsFound() {
    var generator = SplitMix64(seed: 4)
    func noise() -> Double { Double(generator.next() >> 11) / Double(1 << 53) }
    // Logits whose softmax is right are multiplied by 3: that is what they have to be divided by.
    let videos = (0..<4000).map { _ -> (windows: [[Double]], labels: [Int]) in
      let logits = [4 * noise(), 4 * noise(), 4 * noise()]
      let scores = ClassScores(logits: logits).values
      let drawn = noise()
      let label = drawn < scores[0] ? 0 : drawn < scores[0] + scores[1] ? 1 : 2
      return ([logits.map { 3 * $0 }], [label])
    }
    let rule = ScoreRule(isMultiLabel: false).fitted(videos)
    // 4000 draws fix a temperature to some hundredths.
    #expect(abs(rule.temperature - 3) < 0.3)
  }

  /// A class of one video has none left where it is the test: every temperature costs the same.
  @Test(arguments: [[1, 1, 1], [1, 1]]) func whereNoTemperatureIsBetterScoresStayAsTheyAre(
    _ counts: [Int]
  ) throws {
    let course = try course(MadeVideos.set(counts))
    #expect(course.report.temperature == 1 && course.report.figures.video1.count == 0)
  }

  /// Groups stay whole: of 3 groups with 2 videos of each class a quarter is a group, and a half two.
  @Test func theCurveSaysHowManyVideosWereLearntFrom() throws {
    let grouped = try course(MadeVideos.set([8, 8, 8], group: { $0 % 4 })).report
    #expect(grouped.curve.map(\.videos) == [6, 12, 18] && grouped.curve.map(\.share) == [0.25, 0.5, 1])
    let single = try course(MadeVideos.set([16, 16], group: { $0 })).report
    #expect(single.curve.last?.videos == 26 && single.folds == 5)
    let fewest = try course(MadeVideos.set([2, 2])).report
    #expect(fewest.curve.map(\.videos) == [2, 2, 3])
  }

  /// As a static camera's clips do: pairs would be as many as the square of the videos.
  @Test func ofManyVideosThatLookAlikeEachIsNamedOnce() throws {
    let report = try course(MadeVideos.set([20, 20], spread: 0)).report
    let seconds = report.duplicates.map(\.second)
    #expect(Set(seconds).count == seconds.count && seconds.count > 30)
    #expect(report.duplicates.allSatisfy { $0.cosine > 0.99 && $0.first != $0.second })
  }

  @Test(arguments: [
    ("pan left", false), ("pan_right_2", false), ("TurnLeft", false), ("leftTurn", false), ("CCWRoll", false),
    ("rollCCW", false), ("roll counter-clockwise", false), ("CounterClockwise", false), ("RIGHT", false),
    ("bright light", true), ("Brightness", true), ("ApplyEyeMakeup", true), ("copyright", true), ("", true),
  ])
  func windowsAreMirroredUnlessANameHasADirection(_ name: String, _ isOn: Bool) {
    #expect(TeachingOptions.Mirroring.auto.isOn(for: ["x", name]) == isOn)
  }

  @Test func theSameVideoMayNameItsClassesInAnyOrder() throws {
    let videos = [[0, 1], [1, 0], [1]].enumerated().map { number, labels in
      LabelledVideo(path: BytePath("\(number).mp4"), labels: labels, line: number + 1)
    }
    let list = LabelledList(
      file: "list.csv", form: .csv, classes: ["x", "y"], isNumbered: false, videos: videos)
    let lesson = try Lesson(list, isMultiLabel: true)
    var builder = TeachingSetBuilder(lesson, TeachingOptions(), width: 8)
    try builder.check(videos[0], "content")
    try builder.check(videos[1], "content")
    let error = #expect(throws: ClassifierError.self) { try builder.check(videos[2], "content") }
    #expect(error?.cause.contains("the same video is in two classes: 1.mp4 ('y', 'x') and 2.mp4") == true)
  }
}

extension TeachingSet.Video {
  fileprivate func labelled(_ label: Int) -> TeachingSet.Video {
    TeachingSet.Video(
      file: file, start: start, end: end, labels: [label], group: group, content: content, starts: starts,
      plain: plain, mirrored: mirrored)
  }
}
