import FoundationEssentials
import Glibc

/// The folders that hold checkpoints, in the order they are searched.
public struct ModelStore: Sendable, Equatable {
  /// `$R2P1D_MODELS` (one folder, or several with colons between), our cache, torch's own cache.
  public let folders: [BytePath]
  /// Where a downloaded checkpoint belongs.
  public let cache: BytePath
  /// `$R2P1D_MODELS_URL`: where published checkpoints are fetched from, instead of each one's own origin.
  public let mirror: String?

  /// The folders that `environment` names. Relative ones in `XDG_CACHE_HOME` are ignored, as the XDG
  /// specification asks.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    func folder(_ variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
    let home = folder("HOME") ?? Self.accountHome
    let caches = folder("XDG_CACHE_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "\(home)/.cache"
    let torch = folder("TORCH_HOME") ?? "\(caches)/torch"
    let own = (folder("R2P1D_MODELS") ?? "").split(separator: ":").map(String.init)
    mirror = folder("R2P1D_MODELS_URL")
    cache = BytePath("\(caches)/r2p1d-video")
    folders = own.map { BytePath($0) } + [cache, BytePath("\(torch)/hub/checkpoints")]
  }

  /// The checkpoint of a name: the published file's name first, then `NAME` as it is and with the usual
  /// endings.
  public func find(_ name: String) throws(ClassifierError) -> BytePath {
    let entry = PublishedModel.named(name)
    let files = (entry.map { [$0.file] } ?? []) + [name, "\(name).safetensors", "\(name).pth", "\(name).pt"]
    let places = folders.flatMap { folder in files.map { folder.appending(BytePath($0)) } }
    if let place = places.first(where: \.isFile) { return place }
    guard let entry else {
      throw .unknownModel(name, known: BuiltInModel.names + PublishedModel.all.map(\.name))
    }
    throw .absentModel(name, folders: folders, remedy: .download(ModelDownload(entry, folders: self).remote))
  }

  /// The same; a published checkpoint that is in none of the folders is fetched if `absent` says so.
  func find(_ name: String, absent: MissingModelPolicy) throws(ClassifierError) -> BytePath {
    do throws(ClassifierError) {
      return try find(name)
    } catch {
      guard case .absentModel = error, case .downloaded(let options, let report) = absent,
        let entry = PublishedModel.named(name)
      else { throw error }
      var download = ModelDownload(entry, folders: self)
      download.options = options
      return try download.fetch { [download] in report(download, $0) }
    }
  }

  /// The address that a published checkpoint is fetched from.
  public func address(of entry: PublishedModel) -> String {
    guard let mirror else { return entry.address }
    return mirror + (mirror.hasSuffix("/") ? "" : "/") + entry.file
  }

  /// The home folder of the account that the process runs as, where no variable says another.
  private static var accountHome: String {
    getpwuid(getuid())?.pointee.pw_dir.map { String(cString: $0) } ?? "/"
  }
}
