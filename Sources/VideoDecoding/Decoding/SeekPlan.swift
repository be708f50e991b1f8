/// How to reach a few frames of a long stream without decoding what lies between them.
struct SeekPlan: Equatable {
  /// Frames that are decoded in one go.
  struct Group: Equatable {
    /// The index, among the stream's keys, of the key packet to begin with; nil is the start of the file.
    let key: Int?
    /// Indices into the list of wanted frames.
    var wanted: Range<Int>
  }

  var groups: [Group] = []
  /// Frames that need not be decoded.
  private(set) var saved = 0

  /// A jump costs the frames in the decoder's queue, so that a small gap is decoded through.
  private static let smallestJump = 24

  /// `keys` are the numbers of the frames of key packets, ascending; `wanted` the numbers of frames,
  /// ascending; `count` is how many frames the stream has.
  init(wanted: [Int], keys: [Int], count: Int) {
    var next = 0
    for (index, frame) in wanted.enumerated() {
      let key = keys.partitioningIndex { $0 > frame } - 1
      if key >= 0, keys[key] >= next + Self.smallestJump {
        groups.append(Group(key: key, wanted: index..<index + 1))
        saved += keys[key] - next
      } else if groups.isEmpty {
        groups.append(Group(key: nil, wanted: index..<index + 1))
      } else {
        groups[groups.count - 1].wanted = groups[groups.count - 1].wanted.lowerBound..<index + 1
      }
      next = frame + 1
    }
    saved += count - next
  }
}
