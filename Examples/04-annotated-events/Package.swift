// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "annotated-events",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "flx-events", path: "../..")],
    targets: [
        .executableTarget(
            name: "annotated-events",
            dependencies: [.product(name: "FlxMacros", package: "flx-events")],
            path: ".", sources: ["main.swift"])
    ]
)
