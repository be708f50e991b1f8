import R2P1DVideo

/// Shares of files whose sizes are known, each with about the same work: the same on every machine that is
/// given the same listing.
package struct EvenShares {
  /// What a file's work goes by.
  package enum Work: Sendable {
    /// Its size: windows lie over all of it.
    case size
    /// Nothing: a few windows are as much work in a short file as in a long one.
    case count
  }

  private var shares: [[ListedFile]]

  /// Each file in turn, the biggest first, goes to the share that has least (LPT): so a share begins with its
  /// biggest file, and share 1 with the biggest of all.
  package init(_ files: [ListedFile], count: Int, by work: Work) {
    shares = Array(repeating: [], count: count)
    switch work {
    case .count:
      for (number, file) in files.enumerated() { shares[number % count].append(file) }
    case .size:
      let sorted = files.sorted { left, right in
        left.stamp.size != right.stamp.size
          ? left.stamp.size > right.stamp.size : left.path.bytes.lexicographicallyPrecedes(right.path.bytes)
      }
      var least = LoadHeap(count: count)
      for file in sorted { shares[least.add(file.stamp.size)].append(file) }
    }
  }

  /// The files of share `number`, from 1.
  package subscript(_ number: Int) -> [ListedFile] { shares[number - 1] }
}

/// What each share has so far, the one with least at the top; of equal ones the first.
private struct LoadHeap {
  private var loads: [(load: Int64, share: Int)]

  init(count: Int) {
    loads = (0..<count).map { (0, $0) }
  }

  /// Gives `size` to the share with least, and says which that is.
  mutating func add(_ size: Int64) -> Int {
    let share = loads[0].share
    // Files without a byte are a little work, too.
    loads[0].load &+= max(size, 1)
    var place = 0
    while true {
      let children = [2 * place + 1, 2 * place + 2].filter { $0 < loads.count }
      guard let child = children.min(by: { loads[$0] < loads[$1] }), loads[child] < loads[place] else {
        return share
      }
      loads.swapAt(child, place)
      place = child
    }
  }
}
