import R2P1DVideo

/// ELAN's annotations (EAF 3.0): a tier of the model, an annotation a segment, in milliseconds.
extension SegmentDocument {
  func elanAnnotations() throws(ClassifierError) -> String {
    let placed = try placed(millisecondGrid)
    let slots = placed.enumerated().map { number, placed in
      """
          <TIME_SLOT TIME_SLOT_ID="ts\(2 * number + 1)" TIME_VALUE="\(placed.start)"/>
          <TIME_SLOT TIME_SLOT_ID="ts\(2 * number + 2)" TIME_VALUE="\(placed.end)"/>

      """
    }
    let annotations = placed.enumerated().map { number, placed in
      """
          <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a\(number + 1)" TIME_SLOT_REF1="ts\(2 * number + 1)" \
      TIME_SLOT_REF2="ts\(2 * number + 2)">
              <ANNOTATION_VALUE>\(XMLText.escape(placed.label ?? ""))</ANNOTATION_VALUE>
            </ALIGNABLE_ANNOTATION>
          </ANNOTATION>

      """
    }
    // The schema wants a date; a fixed one keeps the same input the same output.
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <ANNOTATION_DOCUMENT AUTHOR="r2p1d-video" DATE="1970-01-01T00:00:00Z" FORMAT="3.0" VERSION="3.0" \
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
      xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">
        <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
          <MEDIA_DESCRIPTOR MEDIA_URL="\(XMLText.escape(location))" \
      MIME_TYPE="\(elanMediaType)"\(elanRelativeURL)/>
          <PROPERTY NAME="lastUsedAnnotationId">\(placed.count)</PROPERTY>
        </HEADER>
        <TIME_ORDER>
      \(slots.joined())  </TIME_ORDER>
        <TIER LINGUISTIC_TYPE_REF="segments" TIER_ID="\(XMLText.escape(model.name))">
      \(annotations.joined())  </TIER>
        <LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="segments" TIME_ALIGNABLE="true"/>
      </ANNOTATION_DOCUMENT>

      """
  }

  /// As ELAN names the kinds of media that it knows; `unknown` has it look for itself.
  private var elanMediaType: String {
    switch file.lowercasedExtension {
    case "mp4", "m4v": "video/mp4"
    case "mov", "qt": "video/quicktime"
    case "mpg", "mpeg", "mpe", "m2v": "video/mpeg"
    default: "video/*"
    }
  }

  private var elanRelativeURL: String {
    options.isBeside ? " RELATIVE_MEDIA_URL=\"\(XMLText.escape(file.relativeURL))\"" : ""
  }
}
