import Foundation
import TestSupport
import Testing

@testable import ArchiveScan
@testable import R2P1DVideo

@Suite struct EvenShareTests {
  /// Sizes as lengths of films are: lognormal, a few a hundred times the others.
  private static let files: [ListedFile] = {
    var random = SplitMix64(seed: 3)
    return (0..<1000).map { number in
      let uniform = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
      return ListedFile(
        path: BytePath("archive/\(number).mp4"),
        stamp: FileStamp(size: Int64(1e6 * exp(1.5 * uniform)), modified: 0))
    }
  }()

  private static func shares(_ count: Int, _ work: EvenShares.Work) -> [[ListedFile]] {
    let shares = EvenShares(files, count: count, by: work)
    return (1...count).map { shares[$0] }
  }

  @Test(arguments: [1, 2, 7, 16, 256, 2000]) func sharesAreDisjointAndComplete(_ count: Int) {
    for work in [EvenShares.Work.size, .count] {
      let paths = Self.shares(count, work).joined().map(\.path)
      #expect(paths.count == 1000 && Set(paths).count == 1000)
    }
  }

  /// LPT's own bound: at most 4/3 of the best, which is no less than the mean and the biggest file.
  @Test(arguments: [2, 7, 16]) func noShareHasMuchMoreBytesThanAnother(_ count: Int) throws {
    let loads = Self.shares(count, .size).map { $0.reduce(0) { $0 + $1.stamp.size } }
    let best = max(loads.reduce(0, +) / Int64(count), try #require(Self.files.map(\.stamp.size).max()))
    #expect(Double(try #require(loads.max())) <= 4.0 / 3 * Double(best))
    // By the paths' hashes it is far worse, or else this tests nothing.
    let hashed = try (1...count).map { (number) throws -> Int64 in
      let shard = try #require(Shard("\(number)/\(count)"))
      return Self.files.filter { shard.contains($0.path) }.reduce(0) { $0 + $1.stamp.size }
    }
    #expect(try #require(hashed.max()) > #require(loads.max()))
  }

  @Test func theFirstShareAndEveryShareBeginWithTheBiggestFile() {
    let sizes = Self.shares(16, .size).map { $0.map(\.stamp.size) }
    #expect(sizes[0].first == Self.files.map(\.stamp.size).max())
    for share in sizes { #expect(share == share.sorted(by: >)) }
    let first = sizes.compactMap(\.first)
    #expect(first == first.sorted(by: >))
  }

  @Test func byCountNoShareHasTwoFilesMoreThanAnother() {
    let counts = Self.shares(16, .count).map(\.count)
    #expect(Set(counts).isSubset(of: [62, 63]))
  }

  @Test func theOrderOfTheListingChangesNoShareBySize() {
    let (one, other) = (
      EvenShares(Self.files, count: 5, by: .size), EvenShares(Self.files.reversed(), count: 5, by: .size)
    )
    for number in 1...5 { #expect(one[number] == other[number]) }
  }
}
