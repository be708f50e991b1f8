import R2P1DVideo

/// The forms of the report of what was taught.
public enum TeachingReportFormat: String, Sendable, CaseIterable {
  case text, json, html

  /// The form that a file's name ends in; text for no ending or another one.
  public init(endingOf path: BytePath) {
    switch path.ending {
    case "json": self = .json
    case "html", "htm": self = .html
    default: self = .text
    }
  }

  /// What it shows thumbnails of.
  public func moments(of report: TeachingReport) -> [TeachingReport.VideoMoment] {
    guard self == .html else { return [] }
    return (report.mistakes + report.suspects.prefix(TeachingPage.mostSuspects)).map(\.moment)
  }

  /// The report, with `thumbnails` of what it shows.
  public func text(
    of report: TeachingReport, thumbnails: [TeachingReport.VideoMoment: VideoThumbnail] = [:]
  ) -> String {
    switch self {
    case .text: report.text
    case .json: report.json
    case .html: TeachingPage(report, thumbnails).text
    }
  }
}
