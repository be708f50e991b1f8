/// An image in memory, packed 8-bit RGB.
struct Canvas {
  struct Colour: Sendable {
    let red, green, blue: UInt8

    init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
      (self.red, self.green, self.blue) = (red, green, blue)
    }
  }

  let width: Int
  let height: Int
  private(set) var pixels: [UInt8]

  init(width: Int, height: Int, _ ground: Colour) {
    (self.width, self.height) = (width, height)
    pixels = [UInt8](unsafeUninitializedCapacity: 3 * width * height) { pixels, count in
      count = 3 * width * height
      for place in stride(from: 0, to: count, by: 3) {
        (pixels[place], pixels[place + 1], pixels[place + 2]) = (ground.red, ground.green, ground.blue)
      }
    }
  }

  /// Fills what of a rectangle is on the image.
  mutating func fill(x: Int, y: Int, width: Int, height: Int, _ colour: Colour) {
    for row in max(0, y)..<max(0, min(y + height, self.height)) {
      for column in max(0, x)..<max(0, min(x + width, self.width)) {
        let place = 3 * (row * self.width + column)
        (pixels[place], pixels[place + 1], pixels[place + 2]) = (colour.red, colour.green, colour.blue)
      }
    }
  }

  /// Puts a square image, packed RGB, on this one, in which it has to be.
  mutating func put(_ image: [UInt8], side: Int, x: Int, y: Int) {
    precondition(x >= 0 && y >= 0 && x + side <= width && y + side <= height, "an image lies on the canvas")
    for row in 0..<side {
      let place = 3 * ((y + row) * width + x)
      pixels.replaceSubrange(place..<place + 3 * side, with: image[3 * side * row..<3 * side * (row + 1)])
    }
  }

  /// Writes `text` with its upper left corner at (`x`, `y`), each point of a letter `scale` pixels wide and
  /// high. What does not fit into `limit` pixels is left out, and three points say so.
  mutating func write(_ text: String, x: Int, y: Int, scale: Int = 1, limit: Int = .max, _ colour: Colour) {
    var plain = ASCIIText.plain(text)
    let room = max(0, limit / (BitmapFont.advance * scale))
    if plain.count > room {
      plain = plain.prefix(max(0, room - 3)) + String(repeating: ".", count: min(3, room))
    }
    for (place, scalar) in plain.unicodeScalars.enumerated() {
      let left = x + place * BitmapFont.advance * scale
      for (row, points) in (BitmapFont.rows(of: scalar) ?? BitmapFont.box).enumerated() {
        for column in 0..<BitmapFont.width where points >> (BitmapFont.width - 1 - column) & 1 == 1 {
          fill(x: left + column * scale, y: y + row * scale, width: scale, height: scale, colour)
        }
      }
    }
  }

  /// How wide `text` is.
  static func width(of text: String, scale: Int = 1) -> Int {
    ASCIIText.plain(text).unicodeScalars.count * BitmapFont.advance * scale
  }
}
