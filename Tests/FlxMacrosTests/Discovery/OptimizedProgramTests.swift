import ChildProcesses
@testable import FlxMacrosPlugin
import Foundation
import Testing

/// Whether the optimizer and a linker that drops what nobody names keep the records: a small program is built as a release build is,
/// of our own discovery, our own C, two modules with records as the macros write them, and nothing that refers to these.
@Suite struct OptimizedProgramTests {
    private static let events = """
        public struct EventHandlerRegistry: Sendable {
            public private(set) var found: [String] = []
            public init() {}
            public mutating func register(_ name: String) { found.append(name) }
        }
        """

    private static func module(_ name: String) -> String {
        """
        import FlxMacros
        struct Placed {}
        extension Placed {
        \(DiscoveryRecord.code(registering: "\"\(name).Placed\""))
        }
        enum Outer {
            fileprivate struct Sent {}
        }
        extension Outer.Sent {
        \(DiscoveryRecord.code(registering: "\"\(name).Sent\""))
        }
        """
    }

    private static let main = """
        import FlxEvents
        import FlxMacros
        @main struct Main {
            static func main() { for name in EventHandlerRegistry.discovered().found.sorted() { print(name) } }
        }
        """

    @Test func `records of all modules outlive optimizing and stripping`() async throws {
        let program = try await Program()
        defer { program.remove() }
        try await program.add("Orders", Self.module("Orders"))
        try await program.add("Letters", Self.module("Letters"))
        #expect(try await program.run(Self.main) == ["Letters.Placed", "Letters.Sent", "Orders.Placed", "Orders.Sent"])
    }

    @Test func `a program without records finds nothing`() async throws {
        let program = try await Program()
        defer { program.remove() }
        #expect(try await program.run(Self.main) == [])
    }

    /// A program under way, in a folder of its own, module by module.
    private final class Program {
        private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("flx-records-\(UUID().uuidString)")
        private let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../Sources").standardizedFileURL
        private var objects: [String] = []

        init() async throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let header = sources.appendingPathComponent("CFlxSection/include/CFlxSection.h").path
            try write("module.modulemap", "module CFlxSection { header \"\(header)\" export * }")
            let code = sources.appendingPathComponent("CFlxSection")
            try await tool(
                ["clang", "-O2", "-DFLX_MACROS", "-ffunction-sections", "-I", code.appendingPathComponent("include").path, "-c"]
                    + [code.appendingPathComponent("section.c").path, "-o", "c.o"])
            objects.append("c.o")
            try await add("FlxEvents", OptimizedProgramTests.events)
            try await add("FlxMacros", String(contentsOf: sources.appendingPathComponent("FlxMacros/Discovery.swift"), encoding: .utf8))
        }

        func add(_ module: String, _ text: String) async throws {
            try write("\(module).swift", text)
            try await tool(
                ["swiftc", "-O", "-wmo", "-swift-version", "6", "-parse-as-library", "-I", ".", "-module-name", module, "-emit-module"]
                    + ["-emit-module-path", "\(module).swiftmodule", "-c", "\(module).swift", "-o", "\(module).o"])
            objects.append("\(module).o")
        }

        func run(_ main: String) async throws -> [String] {
            try await add("Main", main)
            #if canImport(Darwin)
                let strip = ["-Xlinker", "-dead_strip"]
            #else
                let strip = ["-Xlinker", "--gc-sections"]
            #endif
            try await tool(["swiftc", "-O"] + strip + objects + ["-o", "program"])
            return try await tool([folder.appendingPathComponent("program").path]).split(separator: "\n").map(String.init)
        }

        func remove() {
            try? FileManager.default.removeItem(at: folder)
        }

        private func write(_ name: String, _ text: String) throws {
            try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }

        @discardableResult
        private func tool(_ arguments: [String]) async throws -> String {
            let shell = ["-c", #"cd "$0" && exec "$@""#, folder.path]
            let run = try await ChildProcess("/bin/sh", shell + arguments, limit: .seconds(300)).end()
            try #require(run.status == 0, "\(arguments.joined(separator: " "))\n\(run.output)\(run.errors)")
            return run.output
        }
    }
}
