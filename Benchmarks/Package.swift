// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "flx-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "flx-events", path: ".."),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
    ],
    targets: [
        .executableTarget(
            name: "flx-bench",
            dependencies: [
                .product(name: "FlxEvents", package: "flx-events"),
                .product(name: "FlxSQLite", package: "flx-events"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Sources/FlxBench",
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableExperimentalFeature("Lifetimes"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
