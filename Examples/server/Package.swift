// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "label-server",
  products: [.executable(name: "label-server", targets: ["LabelServer"])],
  dependencies: [
    .package(name: "r2p1d-video", path: "../.."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
    .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    // Without its traits, which bring swift-configuration and all of Foundation.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "LabelServer",
      dependencies: [
        .product(name: "R2P1DVideo", package: "r2p1d-video"),
        .product(name: "Reports", package: "r2p1d-video"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOFoundationEssentialsCompat", package: "swift-nio"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    // A client of NIO alone: AsyncHTTPClient and HummingbirdTesting would bring a whole TLS library to build.
    .testTarget(
      name: "LabelServerTests",
      dependencies: [
        "LabelServer",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
