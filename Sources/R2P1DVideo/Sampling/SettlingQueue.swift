/// What was made of windows, held back as long as these may be taken back.
struct SettlingQueue<Element> {
  private var held: ArraySlice<Element> = []
  /// How many of `held`, from the first on, can be handed on.
  private var settled = 0

  mutating func add(_ element: Element, isFinal: Bool) {
    held.append(element)
    if isFinal { settle() }
  }

  /// All so far are final.
  mutating func settle() { settled = held.count }

  /// Drops all that are not final.
  mutating func restart() { held.removeLast(held.count - settled) }

  mutating func next() -> Element? {
    guard settled > 0 else { return nil }
    settled -= 1
    return held.popFirst()
  }
}
