// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "r2p1d-video",
  products: [
    .library(name: "R2P1DVideo", targets: ["R2P1DVideo"]),
    .library(name: "Reports", targets: ["Reports"]),
    .library(name: "Inspection", targets: ["Inspection"]),
    .library(name: "Evaluation", targets: ["Evaluation"]),
    .library(name: "Teaching", targets: ["Teaching"]),
    .executable(name: "r2p1d-video", targets: ["r2p1d-video"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CFFmpeg",
      pkgConfig: "libavformat libavcodec libswscale libavutil",
      providers: [
        .apt(["libavformat-dev", "libavcodec-dev", "libswscale-dev", "libavutil-dev"])
      ]),
    .systemLibrary(
      name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(
      name: "CCrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CKernels"),
    .target(name: "CVulkan"),
    .target(name: "CEmbedded"),
    .target(name: "VideoDecoding", dependencies: ["CFFmpeg"]),
    .target(name: "Checkpoints"),
    .target(name: "Inference", dependencies: ["Checkpoints", "CKernels", "CVulkan"]),
    .target(name: "Download", dependencies: ["CCurl"]),
    .target(
      name: "R2P1DVideo",
      dependencies: [
        "VideoDecoding", "Checkpoints", "Inference", "Download", "CCrypto", "CKernels", "CEmbedded",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(name: "Reports", dependencies: ["R2P1DVideo", "CEmbedded"]),
    .target(name: "Inspection", dependencies: ["R2P1DVideo", "VideoDecoding", "CEmbedded"]),
    .target(name: "Evaluation", dependencies: ["R2P1DVideo", "CEmbedded"]),
    .target(
      name: "Teaching",
      dependencies: [
        "Evaluation", "R2P1DVideo", "VideoDecoding", "Checkpoints", "Inference", "CKernels", "CEmbedded",
      ]),
    .target(
      name: "Cutting",
      dependencies: [
        "Evaluation", "R2P1DVideo", "VideoDecoding",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(
      name: "ArchiveScan",
      dependencies: [
        "R2P1DVideo", "Reports", "Evaluation", "VideoDecoding", "Inference",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .executableTarget(
      name: "r2p1d-video",
      dependencies: [
        "R2P1DVideo", "Reports", "Inspection", "Evaluation", "Teaching", "Cutting", "ArchiveScan",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      // No time of a run is spent in the commands themselves, and what every change waits for is that they
      // build.
      swiftSettings: [.unsafeFlags(["-Onone"])]),

    .target(name: "TestSupport", dependencies: ["R2P1DVideo"], path: "Tests/TestSupport"),
    .target(
      name: "KernelHarness", dependencies: ["CKernels"], path: "Tests/KernelHarness", exclude: ["command"]),
    .target(name: "FaultyDriver", path: "Tests/FaultyDriver"),
    .testTarget(
      name: "VideoDecodingTests", dependencies: ["VideoDecoding", "CFFmpeg", "TestSupport"]),
    .testTarget(
      name: "CheckpointsTests", dependencies: ["Checkpoints", "TestSupport"], resources: [.copy("Goldens")]),
    .testTarget(
      name: "InferenceTests",
      dependencies: [
        "Inference", "Checkpoints", "CKernels", "CVulkan", "KernelHarness", "FaultyDriver", "TestSupport",
      ],
      resources: [.copy("Goldens")]),
    .testTarget(
      name: "R2P1DVideoTests",
      dependencies: ["R2P1DVideo", "VideoDecoding", "Inference", "TestSupport"],
      resources: [.copy("Goldens")]),
    .testTarget(
      name: "ReportsTests", dependencies: ["Reports", "R2P1DVideo", "VideoDecoding", "TestSupport"],
      resources: [.copy("Goldens")]),
    .testTarget(
      name: "InspectionTests",
      dependencies: ["Inspection", "R2P1DVideo", "VideoDecoding", "Inference", "TestSupport"]),
    .testTarget(
      name: "EvaluationTests", dependencies: ["Evaluation", "R2P1DVideo", "TestSupport"],
      resources: [.copy("Goldens")]),
    .testTarget(
      name: "TeachingTests",
      dependencies: ["Teaching", "Evaluation", "R2P1DVideo", "Inference", "TestSupport"],
      resources: [.copy("Goldens")]),
    .testTarget(
      name: "CuttingTests",
      dependencies: ["Cutting", "Evaluation", "R2P1DVideo", "VideoDecoding", "TestSupport"]),
    .testTarget(
      name: "ArchiveScanTests",
      dependencies: ["ArchiveScan", "R2P1DVideo", "VideoDecoding", "Inference", "TestSupport"]),
    .testTarget(
      name: "CommandTests", dependencies: ["r2p1d-video", "TestSupport"], exclude: ["Goldens"]),
  ],
  swiftLanguageModes: [.v6]
)
