import R2P1DVideo

/// The files of a scan's share, and the listing that it is a share of.
package struct FileFinder: Sendable {
  package var walk = FileWalk()
  package var shard = Shard.whole

  /// A file only once, in the order found.
  package private(set) var files: [BytePath] = []
  /// All that was found, of every share.
  package var listing: Listing {
    var listing = found
    listing.unreadable = walk.unreadable.count
    return listing
  }
  /// Bytes of all of them, and of those of the share.
  package private(set) var bytes: (all: Int64, own: Int64) = (0, 0)

  private var found = Listing()
  private var seen: Set<BytePath> = []

  package init() {}

  /// Adds what is found at each of `paths`, as far as it is of the share by the hash of its path.
  package mutating func find(_ paths: [BytePath]) {
    for path in paths { find(path) }
  }

  package mutating func find(_ path: BytePath) {
    var entries: [FileWalk.Found] = []
    walk.visit(path) { entries.append($0) }
    for entry in entries {
      found.add(entry.path)
      let size = max(entry.stamp?.size ?? 0, 0)
      bytes.all &+= size
      guard shard.contains(entry.path), seen.insert(entry.path).inserted else { continue }
      bytes.own &+= size
      files.append(entry.path)
    }
  }

  /// Adds what is found at the paths of `list`, read to its end; the share of a listing by its sizes.
  package mutating func find(_ list: PathList, by work: EvenShares.Work) throws(ClassifierError) {
    var list = list
    var listed: [ListedFile] = []
    while let entry = try list.next() {
      if let stamp = entry.stamp {
        listed.append(ListedFile(path: entry.path, stamp: stamp))
      } else {
        find(entry.path)
      }
    }
    find(listed, by: work)
  }

  /// Adds the share of `listed`, a listing with sizes: shares of it have about the same work.
  package mutating func find(_ listed: [ListedFile], by work: EvenShares.Work) {
    var fresh: [ListedFile] = []
    for file in listed where seen.insert(file.path).inserted {
      found.add(file.path, size: file.stamp.size)
      bytes.all &+= max(file.stamp.size, 0)
      fresh.append(file)
    }
    for file in EvenShares(fresh, count: shard.count, by: work)[shard.number] {
      bytes.own &+= max(file.stamp.size, 0)
      files.append(file.path)
    }
  }

  /// How many times an even share this one has.
  package func timesAnEvenShare(by work: EvenShares.Work) -> Double {
    let (all, own) =
      switch work {
      case .size: (Double(bytes.all), Double(bytes.own))
      case .count: (Double(found.files), Double(files.count))
      }
    return all > 0 ? own * Double(shard.count) / all : 1
  }
}
