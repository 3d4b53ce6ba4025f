// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "first-events",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "flx-events", path: "../..")],
    targets: [
        .executableTarget(
            name: "first-events",
            dependencies: [.product(name: "FlxEvents", package: "flx-events")],
            path: ".", sources: ["main.swift"])
    ]
)
