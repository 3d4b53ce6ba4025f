import FlxCommand
import FlxTesting
import Foundation

/// Tests stores with the failures of real machines: kills, power cuts, damage, full disks and concurrency.
///
/// `flx-faults [--full] [--seed N] [CAMPAIGN…]`; exit code 1 if a promise was broken. Each campaign prints its seed and
/// figures.
@main
struct Faults {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "write": await WritingChild.main(Array(arguments.dropFirst()))
        case "subscribe": await SubscribingChild.main(Array(arguments.dropFirst()))
        case "project": await ViewChild.main(Array(arguments.dropFirst()))
        case "backup", "archive", "copy": await BackupChild.main(arguments)
        case "craft": await CraftingChild.main(Array(arguments.dropFirst()))
        case "endure": await EnduringChild.main(Array(arguments.dropFirst()))
        case "pen": await PenChild.main(Array(arguments.dropFirst()))
        case "stand": await Scene.main(Array(arguments.dropFirst()))
        case "deed": await DeedChild.main(Array(arguments.dropFirst()))
        case "flx": await Program.run(arguments)
        case "migrate": await MigratingChild.main(Array(arguments.dropFirst()))
        default:
            do { try await MountSpace.enter() } catch { say("mounts in the view of all: \(error)") }
            exit(await run(arguments))
        }
    }

    private static func run(_ arguments: [String]) async -> Int32 {
        var arguments = arguments
        let isFull = arguments.contains("--full")
        arguments.removeAll { $0 == "--full" }
        var seed = SeededGenerator.freshSeed()
        if let index = arguments.firstIndex(of: "--seed"), index + 1 < arguments.count, let given = UInt64(arguments[index + 1]) {
            seed = given
            arguments.removeSubrange(index...index + 1)
        }
        let unknown = arguments.filter { name in !Campaign.all.contains { $0.name == name } }
        guard unknown.isEmpty else {
            say("unknown: \(unknown.joined(separator: " ")); known: \(Campaign.all.map(\.name).joined(separator: " "))")
            return 64
        }
        var failures: Int32 = 0
        for campaign in Campaign.all where arguments.isEmpty || arguments.contains(campaign.name) {
            let start = ContinuousClock.now
            do {
                let terms = try Terms(isFull: isFull, seed: seed)
                defer { terms.end() }
                say("\(campaign.name): \(try await campaign.run(terms)) (\(seconds(since: start)) s, seed \(seed))")
            } catch {
                failures += 1
                say("\(campaign.name): BROKEN: \(error) (\(seconds(since: start)) s, seed \(seed))")
            }
        }
        return failures == 0 ? 0 : 1
    }

    private static func seconds(since start: ContinuousClock.Instant) -> String {
        let (seconds, fraction) = (ContinuousClock.now - start).components
        return "\(seconds).\(fraction / 100_000_000_000_000_000)"
    }
}

/// Writes a line to standard output in one call, so lines of several threads stay complete.
func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = write(STDOUT_FILENO, bytes, bytes.count)
}
