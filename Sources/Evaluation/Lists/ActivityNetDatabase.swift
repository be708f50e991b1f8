import FoundationEssentials
import R2P1DVideo

/// ActivityNet's JSON: for each video a subset and annotations with a label and a segment. Files are called
/// `v_<id>` or `<id>`. mmaction2's variant has the videos at the top, called `v_<id>`.
enum ActivityNetDatabase {
  private struct File: Decodable {
    let database: [String: Video]?
    /// Of a file of what a model has found.
    let results: Results?

    struct Results: Decodable {}
  }

  private struct Video: Decodable {
    let subset: String?
    let annotations: [Annotation]?
  }

  private struct Annotation: Decodable {
    let label: String
    let segment: [Double]
  }

  static func read(_ source: ListSource) throws(ClassifierError) -> ListContents {
    let database = try database(source)
    let index = try source.index()
    var contents = ListContents()
    var unlabelled = 0
    for (id, video) in database.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      let annotations = video.annotations ?? []
      if annotations.isEmpty { unlabelled += 1 }
      let path = try path(of: id, index)
      for annotation in annotations {
        let number = contents.entries.count + 1
        guard annotation.segment.count == 2, let start = Rational(seconds: annotation.segment[0]),
          let end = Rational(seconds: annotation.segment[1])
        else {
          throw source.error(
            .activitynet, number,
            "its segment of '\(BytePath(id).printable)' is no pair of seconds from 0")
        }
        contents.entries.append(
          ListEntry(
            path: path, labels: [annotation.label], group: id, split: video.subset, start: start, end: end,
            line: number))
      }
    }
    contents.notes += index.notes
    if unlabelled > 0 { contents.notes.append("skipped \(unlabelled.counted("video")) without annotations") }
    return contents
  }

  private static func database(_ source: ListSource) throws(ClassifierError) -> [String: Video] {
    let file: File = try source.json("expected ActivityNet's version, taxonomy and database, or a timeline")
    if let database = file.database { return database }
    if let all: [String: Video] = try? source.json(""), all.values.contains(where: { $0.annotations != nil })
    {
      return Dictionary(all.map { (String($0.key.trimmingPrefix("v_")), $0.value) }) { first, _ in first }
    }
    let found =
      file.results == nil
      ? "is JSON of another kind, expected ActivityNet's with a 'database' or a Label Studio export"
      : "holds what a model has found ('results'), expected what people have set ('database')"
    throw .list(source.path, cause: found)
  }

  private static func path(of id: String, _ index: VideoIndex) throws(ClassifierError) -> BytePath {
    for stem in ["v_\(id)", id] {
      if let found = try index.video(named: stem, in: nil) { return found }
    }
    return index.root.appending(BytePath("v_\(id.split(separator: "/").last ?? "").mp4"))
  }
}

extension ListSource {
  /// The list as JSON; a nesting deeper than Foundation's limit, or another shape, is an error.
  func json<Value: Decodable>(_ expected: String) throws(ClassifierError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw .list(path, cause: "\(Self.describe(error)); \(expected)")
    } catch {
      throw .list(path, cause: "is no JSON; \(expected)")
    }
  }

  private static func describe(_ error: DecodingError) -> String {
    let context: DecodingError.Context
    switch error {
    case .dataCorrupted(let found): return found.codingPath.isEmpty ? "is no JSON" : place(found)
    case .keyNotFound(let key, let found):
      return place(found) + " lacks '\(BytePath(key.stringValue).printable)'"
    case .typeMismatch(_, let found), .valueNotFound(_, let found): context = found
    @unknown default: return "is no JSON of this form"
    }
    return place(context) + " is of another type than expected"
  }

  private static func place(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? "." + $0.stringValue }.joined()
    return path.isEmpty ? "the whole" : BytePath(String(path.prefix(120))).printable
  }
}
