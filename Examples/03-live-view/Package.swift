// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "live-view",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "flx-events", path: "../..")],
    targets: [
        .executableTarget(
            name: "live-view",
            dependencies: [.product(name: "FlxEvents", package: "flx-events")],
            path: ".", sources: ["main.swift"])
    ]
)
