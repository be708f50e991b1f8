import Testing

@testable import VideoDecoding

@Suite struct SeekPlanTests {
  static let keys = Array(stride(from: 0, to: 1800, by: 60))

  @Test func eachGroupBeginsAtTheKeyAtOrBeforeItsFirstPicture() {
    let wanted = Array(0..<16) + Array(600..<616) + Array(1783..<1799)
    let plan = SeekPlan(wanted: wanted, keys: Self.keys, count: 1800)
    #expect(
      plan.groups == [
        .init(key: nil, wanted: 0..<16), .init(key: 10, wanted: 16..<32), .init(key: 29, wanted: 32..<48),
      ])
    #expect(plan.saved == 600 - 16 + 1740 - 616 + 1)
  }

  @Test func theFirstGroupNeedNotBeginAtTheStart() {
    let plan = SeekPlan(wanted: [1000], keys: Self.keys, count: 1800)
    #expect(plan.groups == [.init(key: 16, wanted: 0..<1)])
    #expect(plan.saved == 960 + 799)
  }

  @Test func aGapThatHoldsNoKeyOrIsSmallIsDecodedThrough() {
    let plan = SeekPlan(wanted: [3, 50, 100, 119, 121], keys: Self.keys, count: 130)
    #expect(plan.groups == [.init(key: nil, wanted: 0..<5)])
    #expect(plan.saved == 8)
  }

  @Test func aWindowThatCrossesAKeyIsNotBroken() {
    let plan = SeekPlan(wanted: Array(stride(from: 650, to: 690, by: 2)), keys: Self.keys, count: 1800)
    #expect(plan.groups == [.init(key: 10, wanted: 0..<20)])
  }

  @Test func withoutKeysEverythingIsDecoded() {
    let plan = SeekPlan(wanted: [5, 1000], keys: [], count: 1800)
    #expect(plan.groups == [.init(key: nil, wanted: 0..<2)])
    #expect(plan.saved == 799)
  }

  @Test(arguments: [0, 1, 2, 5, 9, 10])
  func theFirstIndexThatSatisfiesIsFound(_ bound: Int) {
    #expect(Array(0..<10).partitioningIndex { $0 >= bound } == bound)
  }
}
