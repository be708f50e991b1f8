import VideoDecoding

/// What of FFmpeg there is one of in a process: its log, and its limit on the blocks of memory that it asks
/// for.
public enum FFmpegProcess {
  /// Says that nobody else in this process uses FFmpeg, as the `r2p1d-video` program does. From then on its
  /// log is read and not printed, to count the errors that decoders conceal, and
  /// ``InputOptions/maxBlockBytes`` is in force.
  ///
  /// A library is a guest: without this call the host's log callback and `av_max_alloc` stay as they are, and
  /// - errors that a decoder conceals are counted only as far as its frames' own flags admit them, and with
  ///   threads the count may differ from run to run;
  /// - a server whose certificate is refused is reported as any server that cannot be read;
  /// - a hostile file may make FFmpeg ask for as much memory at once as the host allows, 2 GiB by default.
  public static func own() { FFmpegGlobals.own() }
}
