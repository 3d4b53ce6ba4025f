// swift-tools-version: 6.3
import CompilerPluginSupport
import PackageDescription

var settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
// `scripts/test` sets this: a user's build never fails on a warning, and dependencies are never held to it.
if Context.environment["FLX_WARNINGS_AS_ERRORS"] != nil {
    settings.append(.treatAllWarnings(as: .error))
}

let grdb: [Target.Dependency] = ["GRDB", "GRDBSQLite"].map {
    .product(name: $0, package: "GRDB.swift", condition: .when(traits: ["All", "SQLite"]))
}

let package = Package(
    name: "flx-events",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "FlxEvents", targets: ["FlxEvents"]),
        .library(name: "FlxSQLite", targets: ["FlxSQLite"]),
        .library(name: "FlxMacros", targets: ["FlxMacros"]),
        .library(name: "FlxTesting", targets: ["FlxTesting"]),
        .executable(name: "flx", targets: ["flx"]),
    ],
    // Parts with dependencies of their own. All of them are on unless a user names those that he takes; what none of them needs is not
    // fetched then, and holds him to no version. One trait stands for all: SwiftPM 6.3 gives the compiler the names of several in an order
    // of chance, and whenever it plans a build in another one, everything is compiled again.
    traits: [
        .trait(name: "All", description: "All parts, and flx, on swift-argument-parser"),
        .trait(name: "Macros", description: "FlxMacros, on swift-syntax"),
        .trait(name: "SQLite", description: "FlxSQLite, on GRDB"),
        .default(enabledTraits: ["All"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.5.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
        // Programs with macros may hold it to another of the versions that these build with.
        .package(url: "https://github.com/swiftlang/swift-syntax", "602.0.0"..<"604.0.0"),
    ],
    targets: [
        // Floor 0: words.
        .target(
            name: "FlxCore",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "OrderedCollections", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
            ]),
        // Floor 1: schemas and drivers.
        .target(
            name: "FlxSchema", dependencies: ["FlxCore", .product(name: "OrderedCollections", package: "swift-collections")]),
        .target(
            name: "FlxSQLite",
            dependencies: ["FlxCore", "CFlxFile", .product(name: "DequeModule", package: "swift-collections")] + grdb),
        .target(name: "CFlxFile"),
        .target(name: "FlxRedis", dependencies: ["FlxCore"]),
        // Floor 2: the engine.
        .target(
            name: "FlxEvents",
            dependencies: [
                "FlxCore", "FlxSchema",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "OrderedCollections", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        // Floor 3: edges.
        .target(name: "FlxPipelines", dependencies: ["FlxEvents"]),
        .target(name: "FlxTesting", dependencies: ["FlxEvents"]),
        .target(name: "CFlxSection", cSettings: [.define("FLX_MACROS", .when(traits: ["All", "Macros"]))]),
        .macro(
            name: "FlxMacrosPlugin",
            dependencies: [
                .product(name: "SwiftSyntaxMacros", package: "swift-syntax", condition: .when(traits: ["All", "Macros"])),
                .product(name: "SwiftCompilerPlugin", package: "swift-syntax", condition: .when(traits: ["All", "Macros"])),
            ]),
        .target(name: "FlxMacros", dependencies: ["FlxEvents", "FlxMacrosPlugin", "CFlxSection"]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "FlxFiles", dependencies: ["FlxEvents", "CZlib"]),
        .target(
            name: "FlxCommand",
            dependencies: [
                "FlxEvents", "FlxFiles", "FlxSQLite", "FlxPipelines",
                .product(name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["All"])),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(name: "flx", dependencies: ["FlxCommand"]),
        // How tests start other processes.
        .target(name: "ChildProcesses", path: "Tests/ChildProcesses"),
        // Where tests find data that is no part of the package, and grammars that several of them use.
        .target(name: "SharedData", dependencies: ["CZlib"], path: "Tests/SharedData"),
        // Tests mirror the sources.
        .testTarget(
            name: "FlxCoreTests", dependencies: ["FlxCore", "FlxPipelines", "SharedData"], exclude: ["Codec/Corpus", "Wire/Corpus"]),
        .testTarget(
            name: "FlxSchemaTests",
            dependencies: [
                "FlxEvents", "FlxSchema", "FlxTesting", "SharedData",
                .product(name: "OrderedCollections", package: "swift-collections"),
            ]),
        .testTarget(
            name: "FlxEventsTests",
            dependencies: [
                "FlxEvents", "FlxTesting", "FlxPipelines", "SharedData",
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ]),
        .testTarget(name: "FlxPipelinesTests", dependencies: ["FlxPipelines"]),
        .testTarget(name: "FlxTestingTests", dependencies: ["FlxTesting"]),
        .testTarget(
            name: "FlxMacrosTests",
            dependencies: [
                "ChildProcesses", "FlxMacros", "FlxMacrosPlugin", "FlxPipelines",
                .product(name: "SwiftSyntaxMacrosGenericTestSupport", package: "swift-syntax", condition: .when(traits: ["All", "Macros"])),
            ]),
        .testTarget(name: "MemoryDriverTests", dependencies: ["FlxTesting"], path: "Tests/DriverTests/Memory"),
        .testTarget(name: "FlxRedisTests", dependencies: ["FlxRedis", "FlxTesting"]),
        .testTarget(
            name: "SQLiteDriverTests",
            dependencies: ["ChildProcesses", "FlxEvents", "FlxSQLite", "FlxTesting", "flx-faults"] + grdb,
            path: "Tests/DriverTests/SQLite"),
        // Kills, cuts the power of, damages and fills stores; run by `scripts/faults` and, in short, by the driver's tests.
        .executableTarget(
            name: "flx-faults",
            dependencies: [
                "ChildProcesses", "FlxCommand", "FlxEvents", "FlxSQLite", "FlxTesting",
                .product(name: "Logging", package: "swift-log"),
            ] + grdb,
            path: "Tests/Faults"),
        .testTarget(
            name: "FlxFilesTests", dependencies: ["FlxEvents", "FlxFiles", "FlxTesting", "SharedData", "CZlib", "ChildProcesses"]),
        .testTarget(
            name: "FlxCommandTests",
            dependencies: [
                "ChildProcesses", "flx", "FlxCommand", "FlxCore", "FlxEvents", "FlxFiles", "FlxSQLite", "FlxTesting", "FlxPipelines", "SharedData",
                "CZlib",
                .product(name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["All"])),
                .product(name: "OrderedCollections", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "GuideTests",
            dependencies: [
                "FlxEvents", "FlxMacros", "FlxSQLite", "FlxTesting", "FlxPipelines",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ] + grdb),
        .testTarget(name: "RepositoryTests"),
    ],
    swiftLanguageModes: [.v6]
)

// `scripts/tsan` sets this. It builds everything for itself, so it takes only the tests that it runs and what they stand on.
if Context.environment["FLX_SANITIZER"] != nil {
    let tests: Set = ["FlxCoreTests", "FlxEventsTests", "MemoryDriverTests", "SQLiteDriverTests"]
    let macros: Set = ["FlxMacros", "FlxMacrosPlugin", "CFlxSection"]
    package.products.removeAll { macros.contains($0.name) }
    package.targets.removeAll { macros.contains($0.name) || ($0.type == .test && !tests.contains($0.name)) }
}

for target in package.targets where target.type != .system && !["CFlxFile", "CFlxSection"].contains(target.name) {
    target.swiftSettings = settings
}
// The JSON reader is a non-escapable view of bytes, and says what its lifetime depends on. Users of it need no flag.
package.targets.first { $0.name == "FlxCore" }?.swiftSettings?.append(.enableExperimentalFeature("Lifetimes"))
