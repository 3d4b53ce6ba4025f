// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "a-store-of-your-own",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "flx-events", path: "../..")],
    targets: [
        .executableTarget(
            name: "a-store-of-your-own",
            dependencies: [
                .product(name: "FlxEvents", package: "flx-events"), .product(name: "FlxTesting", package: "flx-events"),
            ],
            path: ".", sources: ["main.swift", "NotebookStore.swift"])
    ]
)
