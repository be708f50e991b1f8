import FoundationEssentials
import Glibc

/// How patient a download is, and whom it trusts.
public struct DownloadOptions: Sendable, Equatable {
  /// Seconds to wait for a connection, and for the next byte, at least 1.
  public var patience = 30
  /// Tries after the first, where the network or the server fails for the moment.
  public var retries = 3
  /// A file of certificates (PEM) to trust for `https://`; nil stands for that of `CURL_CA_BUNDLE` or
  /// `SSL_CERT_FILE`, or else the system's.
  public var certificates: BytePath?

  public init() {}

  /// Half a second, twice as much each time, at most half a minute.
  func pause(after failures: Int) -> Double {
    min(0.5 * pow(2, Double(failures - 1)), 30)
  }
}

/// What happens while a checkpoint is fetched.
public enum DownloadEvent: Sendable, Equatable {
  /// Another process fetches the same file: this one waits for it.
  case waiting
  /// The file comes to `draft` first, which whoever ends the process now should remove.
  case began(draft: BytePath)
  /// So much is there, of so much where the server says it.
  case received(bytes: Int64, of: Int64?)
  case retrying(cause: String, attempt: Int, of: Int, seconds: Double)
  /// The draft has its final name, or is gone.
  case ended(draft: BytePath)
}

/// What is done about a published model whose checkpoint is in none of the folders.
public enum MissingModelPolicy: Sendable {
  /// It is an error, which names the address and the command that fetches it.
  case refused
  /// It is downloaded first; `report` hears of it.
  case downloaded(
    options: DownloadOptions = DownloadOptions(), report: @Sendable (ModelDownload, DownloadEvent) -> Void)
}
