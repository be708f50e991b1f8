import R2P1DVideo

extension BytePath {
  /// The same for every path of a file, whether it is there yet or not.
  var place: BytePath {
    let real = resolved
    return real == self ? folder.resolved.appending(name) : real
  }
}
