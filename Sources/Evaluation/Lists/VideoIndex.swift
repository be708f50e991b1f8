import R2P1DVideo

/// Where the videos of a folder are, by their names: for lists that name no folders.
struct VideoIndex {
  private var places: [BytePath: [BytePath]] = [:]
  let root: BytePath
  /// What was skipped.
  let notes: [String]

  init(_ root: BytePath) throws(ClassifierError) {
    self.root = root
    guard root.isFolder else { throw .list(root, cause: "is no folder; expected that of the videos") }
    var finder = VideoFinder()
    finder.skipsUnreadable = true
    try finder.walk(root)
    notes = finder.notes
    for video in finder.videos { places[video.name.stem, default: []].append(video) }
  }

  /// Of one video alone.
  init(of video: BytePath) {
    (root, notes) = (video.folder, [])
    places = [video.name.stem: [video]]
  }

  /// The videos whose name without its ending is `stem`.
  func videos(named stem: String) -> [BytePath] { places[BytePath(stem)] ?? [] }

  /// The one of that name; where there are several, the one in a folder called as `folder` is, once folded.
  func video(named stem: String, in folder: String?) throws(ClassifierError) -> BytePath? {
    let found = videos(named: stem)
    guard found.count > 1 else { return found.first }
    let fitting = folder.map { folder in
      found.filter { LabelMatcher.fold($0.folder.name.string) == LabelMatcher.fold(folder) }
    }
    if let fitting, fitting.count == 1 { return fitting[0] }
    throw .list(
      root,
      cause: "'\(BytePath(stem).printable)' is there \(found.count) times: \(found[0].printable), "
        + "\(found[1].printable)")
  }
}
