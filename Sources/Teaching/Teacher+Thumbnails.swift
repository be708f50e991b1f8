import Evaluation
import FoundationEssentials
import Inference
import R2P1DVideo
import VideoDecoding

extension Teacher {
  /// A frame of each of `moments`, as the network sees it: the middle of the window that begins there. Videos
  /// of which none can be made have none.
  public func thumbnails(
    of moments: [TeachingReport.VideoMoment]
  ) async throws(ClassifierError) -> [TeachingReport.VideoMoment: VideoThumbnail] {
    guard let encoder = ImageEncoder(.jpeg(quality: 4), width: Sample.side, height: Sample.side) else {
      return [:]
    }
    var thumbnails: [TeachingReport.VideoMoment: VideoThumbnail] = [:]
    for moment in moments where thumbnails[moment] == nil {
      guard let window = try await window(at: moment) else { continue }
      thumbnails[moment] = VideoThumbnail(of: window, encoder)
    }
    return thumbnails
  }

  private func window(
    at moment: TeachingReport.VideoMoment
  ) async throws(ClassifierError) -> Window? {
    let (options, sampling) = (classifier.options, sampling(at: moment.time))
    let input = VideoInput.file(moment.file)
    do throws(ClassifierError) {
      return try await StreamThread<DecodingControl>(video: input.name) { $0 }.run {
        (control) throws(ClassifierError) in
        let reader = try input.open(sampling, options.input, threads: options.threads, control: control)
        return try LocalWindowSource(reader, of: input.name, threads: options.threads).firstWindow()
      }
    } catch {
      // A cancelled task is no damaged video.
      guard error.scope == .input else { throw error }
      return nil
    }
  }

  /// A window that begins at `time`, and not much behind it.
  private func sampling(at time: Double) -> ResolvedSampling {
    var sampling = classifier.sampling
    sampling.placement = .stride(sampling.frames)
    let rate =
      switch sampling.rate {
      case .source: Double(sampling.frames)
      case .perSecond(let rate), .indexed(let rate): rate.double
      }
    return sampling.part(
      from: Rational(seconds: time), to: Rational(seconds: time + 1.5 * Double(sampling.frames) / rate))
  }
}
