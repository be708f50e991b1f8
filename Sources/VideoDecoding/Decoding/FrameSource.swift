/// Frames with their times, of which those that are asked for are handed over: a video's, or a program's own.
///
/// For one thread at a time.
package protocol FrameSource: AnyObject {
  var info: VideoInfo { get }
  /// Packets and frames found damaged.
  var decodeErrors: Int { get }
  var framesDecoded: Int { get }
  var framesSkipped: Int { get }
  /// Bytes of the source that were read so far, those that were read twice counted twice, and how many there
  /// are; nil where that is not known, or there are none.
  var bytesRead: Int? { get }
  var fileBytes: Int? { get }

  /// The times of all frames.
  func timeline() throws(VideoError) -> PresentationTimes

  /// Hands each frame whose number is in `numbers` (ascending, from the timeline) to `body`, in that order;
  /// `seeking` allows to leave out what no wanted frame needs. Throws `VideoError.timelineChanged` where the
  /// frames contradict the timeline, which is right from then on: some may have been handed over by then.
  func frames(_ numbers: [Int], seeking: Bool, _ body: (Int, borrowing Frame) throws -> Void) throws
}

extension Video: FrameSource {}
