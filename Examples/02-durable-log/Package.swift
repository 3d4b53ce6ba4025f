// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "durable-log",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "flx-events", path: "../..")],
    targets: [
        .executableTarget(
            name: "durable-log",
            dependencies: [
                .product(name: "FlxEvents", package: "flx-events"),
                .product(name: "FlxSQLite", package: "flx-events"),
            ],
            path: ".", sources: ["main.swift"])
    ]
)
