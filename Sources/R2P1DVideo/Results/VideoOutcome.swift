/// What became of one file.
public struct VideoOutcome: Sendable {
  public let file: BytePath
  public let result: Result<VideoLabels, ClassifierError>

  public init(file: BytePath, result: Result<VideoLabels, ClassifierError>) {
    self.file = file
    self.result = result
  }
}
