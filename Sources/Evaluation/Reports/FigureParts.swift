import FoundationEssentials
import Glibc
import R2P1DVideo

/// What pages of figures are made of.
package enum FigureParts {
  /// One figure with its name and what it was counted of.
  package static func figure(_ name: String, _ share: Double?, _ note: String) -> String {
    figure(name, percent(share), note)
  }

  package static func figure(_ name: String, _ value: String, _ note: String) -> String {
    """
    <li><span class="name">\(HTML.escape(name))</span><span class="value number">\(value)</span>\
    <span class="note">\(HTML.escape(note))</span></li>

    """
  }

  package static func interval(_ share: MeasuredShare) -> String {
    guard let interval = share.interval else { return "nothing counted" }
    return "\(share.count) of \(share.total), 95 % "
      + String(format: "%.1f–%.1f", interval.lowerBound * 100, interval.upperBound * 100)
  }

  package static func of(_ share: MeasuredShare) -> String { "\(share.count) of \(share.total)" }

  package static func percent(_ share: Double?) -> String {
    share.map { String(format: "%.1f %%", $0 * 100) } ?? "–"
  }

  package static func number(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "–" }

  // MARK: Tables

  /// A table of classes: their names with a bar of the first share, and cells behind it.
  package static func classes(
    _ columns: [String], _ rows: [(name: String, share: Double?, cells: [String])]
  ) -> String {
    let heads = columns.map { "<th scope=\"col\">\($0)</th>" }.joined()
    let body = rows.map { row in
      let cells = row.cells.map { "<td class=\"number\">\($0)</td>" }.joined()
      return """
        <tr><th scope="row"><span class="label">\(HTML.escape(row.name))</span></th>\
        <td class="bar-cell"><span class="bar"><span \
        style="width:\(HTML.percent(row.share ?? 0))"></span></span>\
        </td>\(cells)</tr>

        """
    }
    return """
      <table>
      <thead><tr><th scope="col">Class</th><td></td>\(heads)</tr></thead>
      <tbody>
      \(body.joined())</tbody></table>
      """
  }

  // MARK: Videos

  /// A video that was taken for something else.
  package struct Mistake {
    let file: BytePath
    let thumbnail: VideoThumbnail?
    /// What was said, the surest first.
    let said: [(label: String, score: Double?)]
    let truth: [String]
    /// What stands behind the truth.
    var truthNote = ""
    /// What stands behind the file's name.
    var time: Double?

    package init(
      file: BytePath, thumbnail: VideoThumbnail?, said: [(label: String, score: Double?)], truth: [String],
      truthNote: String = "", time: Double? = nil
    ) {
      (self.file, self.thumbnail, self.said, self.truth) = (file, thumbnail, said, truth)
      (self.truthNote, self.time) = (truthNote, time)
    }
  }

  /// Nothing of `none` if there are some.
  package static func mistakes(_ mistakes: [Mistake], none: String) -> String {
    mistakes.isEmpty ? "<p>\(none)</p>\n" : "<ol>\n\(mistakes.map(item).joined())</ol>\n"
  }

  private static func item(_ mistake: Mistake) -> String {
    let image =
      mistake.thumbnail.map { thumbnail in
        """
        <img width="\(thumbnail.width)" height="\(thumbnail.height)" alt="" \
        src="data:image/jpeg;base64,\(Data(thumbnail.jpeg).base64EncodedString())">
        """
      } ?? "<span class=\"no-image\"></span>"
    let said = mistake.said.map { label in
      "<span class=\"label\">\(HTML.escape(label.label))</span>"
        + (label.score.map { " <span class=\"number\">\(percent($0))</span>" } ?? "")
    }
    let truth = HTML.escape(mistake.truth.joined(separator: ", "))
    // Of class folders, the folder's name tells files apart.
    let folder = mistake.file.folder.name
    let name = folder == "." ? mistake.file.name : folder.appending(mistake.file.name)
    let time = mistake.time.map { String(format: ", at %.1f s", $0) } ?? ""
    return """
      <li>\(image)<div><p class="said">\(said.isEmpty ? "no label" : said.joined(separator: ", "))</p>
      <p class="note">truth: <span class="label">\(truth)</span>\(mistake.truthNote)</p>
      <p class="file">\(HTML.escape(name.string))\(time)</p></div></li>

      """
  }

  /// A list of facts with their names.
  package static func facts(_ facts: [(name: String, value: String)]) -> String {
    facts.map { "<dt>\(HTML.escape($0.name))</dt><dd>\(HTML.escape($0.value))</dd>\n" }.joined()
  }
}
