import FlxTesting
import Foundation

/// One kind of fault: a name, and a run. The run throws if a promise was broken; otherwise it returns its figures.
struct Campaign: Sendable {
    let name: String
    let run: @Sendable (Terms) async throws -> String

    static let all = [
        kills, powerCuts, plants, migrations, damage, storm, fullDisks, subscriptions, backups, backupKills, archiveDamage, copyKills,
        views, viewMarks, rebuilds, snapshots, crafted, sidecars, medium, bystanders, permissions, repetition,
    ]
}

/// The settings of a run.
struct Terms: Sendable {
    let isFull: Bool
    let seed: UInt64
    /// A folder used only by the run.
    let folder: String

    init(isFull: Bool, seed: UInt64) throws {
        self.isFull = isFull
        self.seed = seed
        folder = NSTemporaryDirectory() + "/flx-faults-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    var random: SeededGenerator { SeededGenerator(seed: seed) }

    /// Returns the number for the full form or the short form.
    func count(full: Int, short: Int) -> Int { isFull ? full : short }

    func end() {
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// A broken promise.
struct Broken: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws ``Broken`` unless a condition holds.
func require(_ holds: Bool, _ otherwise: @autoclosure () -> String) throws {
    if !holds { throw Broken(otherwise()) }
}
