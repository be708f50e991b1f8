extension LabelSet {
  /// Of each class, whether it is one of `selected`; an error names what is no class, and what is near it.
  func mask(of selected: [String], model: String) throws(ClassifierError) -> [Bool] {
    guard !selected.isEmpty else { throw .network(model, cause: "no class is selected") }
    var mask = Array(repeating: false, count: names.count)
    do throws(UnknownLabel) {
      for index in try indices(of: selected) { mask[index] = true }
    } catch {
      throw .network(model, cause: error.cause)
    }
    return mask
  }

  /// For each of `selected` its class; an error names what is no class, and what is near it.
  package func indices(of selected: [String]) throws(UnknownLabel) -> [Int] {
    let matcher = LabelMatcher(names)
    return try selected.map { (name) throws(UnknownLabel) in
      switch matcher.match(name) {
      case .found(let index): return index
      case .none:
        throw UnknownLabel(cause: "no class is called '\(name)'; the nearest: \(quoted(nearest(to: name)))")
      case .ambiguous(let classes):
        throw UnknownLabel(cause: "'\(name)' may be any of \(quoted(classes)): write one as the model does")
      }
    }
  }

  private func quoted(_ classes: [Int]) -> String {
    classes.prefix(4).map { "'\(names[$0])'" }.joined(separator: ", ")
  }

  /// The three classes whose folded names are the fewest changes of a letter away.
  private func nearest(to name: String) -> [Int] {
    let wanted = Array(LabelMatcher.fold(name).prefix(64))
    let distances = names.map { Self.distance(wanted, Array(LabelMatcher.fold($0).prefix(64))) }
    return Array(names.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }.prefix(3))
  }

  /// Levenshtein's.
  private static func distance(_ one: [Character], _ other: [Character]) -> Int {
    var row = Array(0...other.count)
    for (place, letter) in one.enumerated() {
      var diagonal = row[0]
      row[0] = place + 1
      for column in other.indices {
        let changed = diagonal + (letter == other[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(changed, row[column] + 1, diagonal + 1)
      }
    }
    return row[other.count]
  }
}

/// A name that is no class's, or several classes'.
package struct UnknownLabel: Error {
  package let cause: String
}
