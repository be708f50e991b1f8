import R2P1DVideo
import Testing

@Suite struct LabelMatcherTests {
  @Test(
    arguments: [
      ("skiing crosscountry", .found(1)), ("Skiing_CrossCountry", .found(1)),
      ("skiing_not_slalom_or_crosscountry", .found(0)), ("massaging_persons_head", .found(2)),
      ("massaging person’s head", .found(2)), ("Jump", .found(3)), ("jump", .found(4)),
      // Exactly neither, and folded both.
      ("JUMP", .ambiguous([3, 4])), ("slalom", .none), ("", .none),
    ] as [(String, LabelMatcher.Match)])
  func namesMatchExactlyElseFoldedAndUnique(_ name: String, _ match: LabelMatcher.Match) {
    let matcher = LabelMatcher([
      "skiing (not slalom or crosscountry)", "skiing crosscountry", "massaging person's head", "Jump", "jump",
    ])
    #expect(matcher.match(name) == match)
  }

  /// torchvision's folders sort "skiing …" otherwise than the published list, and every name is still found.
  @Test func everyClassOfKineticsIsFoundByTorchvisionsFolderName() {
    let names = LabelSet.kinetics400.names
    let matcher = LabelMatcher(names)
    for (index, name) in names.enumerated() {
      let folder = name.replacing(" ", with: "_").filter { !"'()".contains($0) }
      #expect(matcher.match(folder) == .found(index))
    }
  }
}
