import ArgumentParser
import R2P1DVideo

/// Whether videos may come from the internet.
struct AddressArguments: ParsableArguments {
  @Flag(help: "Read http:// and https:// addresses given as videos.")
  var allowNetwork = false
}

/// Whom to trust for https.
struct CertificateArguments: ParsableArguments {
  @Option(help: Self.help)
  var caFile: BytePath?

  static let help: ArgumentHelp =
    "Certificates to trust for https, a file in PEM (default: that of SSL_CERT_FILE, else the system's)."
}
