import ChildProcesses
import FlxCore
import FlxSQLite
import Foundation

/// The ways for two writers to reach one file by different names.
enum TwoNames: String, CaseIterable {
    case hardLink, hardLinkWhileOpen, link, dangling, renamed, renamedAndLinked, lockRemoved, lockReplaced, replaced

    /// Runs two writing processes. All acknowledged events must be in the remaining files.
    /// - Returns: The number of events acknowledged to both.
    func run(in folder: String) async throws -> Int {
        let files = FileManager.default
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let (one, two) = (folder + "/one.db", folder + "/two.db")
        if self != .dangling { try await withSQLiteEventStore(.init(path: one)) { _ in } }
        switch self {
        case .hardLink: try files.linkItem(atPath: one, toPath: two)
        case .link: symlink("one.db", two)
        case .dangling: symlink("two.db", one)
        default: break
        }
        let first = try ChildProcess(role: ["pen", one, "first", "60"])
        while !first.output.contains("ok"), !first.hasEnded { try await ContinuousClock().sleep(for: .milliseconds(1)) }
        var name = two
        switch self {
        case .hardLinkWhileOpen: try files.linkItem(atPath: one, toPath: two)
        case .renamed: try files.moveItem(atPath: one, toPath: two)
        case .renamedAndLinked:
            try files.moveItem(atPath: one, toPath: two)
            symlink("two.db", one)
            name = one
        case .lockRemoved:
            try? files.removeItem(atPath: one + ".lock")
            name = one
        case .lockReplaced:
            try? files.removeItem(atPath: one + ".lock")
            try Data("1\n".utf8).write(to: URL(fileURLWithPath: one + ".lock"))
            name = one
        case .replaced:
            // Another store takes the name. The first writer must not report its events as kept there.
            try await withSQLiteEventStore(.init(path: two)) { _ in }
            try files.moveItem(atPath: one, toPath: folder + "/kept.db")
            try files.moveItem(atPath: two, toPath: one)
            name = one
        default: break
        }
        let second = try ChildProcess(role: ["pen", name, "second", "20"])
        let words = try await [second.end(), first.end()].map(\.output)
        let said = words.joined().split(separator: "\n").filter { $0.hasPrefix("ok ") }.map { String($0.dropFirst(3)) }
        let found = try await found(in: folder)
        let lost = said.filter { !found.contains($0) }
        try require(lost.isEmpty, "\(lost.count) of \(said.count) acknowledged events are lost, such as \(lost[0])")
        return said.count
    }
    /// Returns the ids in all files. If a file has several names, only the ids visible under each of them count.
    private func found(in folder: String) async throws -> Set<String> {
        var files: [UInt64: Set<String>] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".db") {
            let ids = try await withSQLiteEventStore(.readOnly(path: "\(folder)/\(name)")) { store in
                let faults = try await store.verify { _, _ in }.faults
                try require(faults.isEmpty, "\(name) is damaged: \(faults.prefix(2))")
                return Set(try await Deed.all(store).map { $0.event.id.description })
            }
            var status = stat()
            stat("\(folder)/\(name)", &status)
            let number = UInt64(status.st_ino)
            files[number] = files[number].map { $0.intersection(ids) } ?? ids
        }
        return files.values.reduce(into: []) { $0.formUnion($1) }
    }
}
