import FlxCore
import FlxEvents
import FlxSQLite
import Foundation

/// The process with a failing medium. It appends, retries the last two refused appends at the end, and prints all
/// answers.
enum EnduringChild {
    static let appends = 12

    /// `endure PATH SEED [dies] [lies] [sure]`: prints `ok N`, `error N CODE MESSAGE`, `again N` and `closed`. If the
    /// outcome of an append is unknown, the code is `unknown`. With `dies`, it ends at its first error, like a program
    /// restarted by a supervisor. With `lies`, it prints `ok` whatever the answer is; with `sure`, it never prints
    /// `unknown`. Both are planted faults.
    static func main(_ arguments: [String]) async {
        guard arguments.count >= 2, let seed = UInt64(arguments[1]) else { exit(64) }
        var configuration = SQLiteConfiguration(path: arguments[0])
        configuration.checkpointPages = 16
        do {
            let store = try await SQLiteEventStore.open(configuration)
            var refused: [Int] = []
            for number in 1...appends {
                guard let error = await append(number, seed, to: store) else { continue }
                let isOpen = error.isOutcomeUnknown && !arguments.contains("sure")
                let answer = isOpen ? "unknown" : error.code.description
                say(arguments.contains("lies") ? "ok \(number)" : "error \(number) \(answer) \(error.message)")
                if arguments.contains("dies") { kill(getpid(), SIGKILL) }
                refused.append(number)
            }
            for number in refused.suffix(2) {
                _ = try await store.append(Batch(seed: seed, writer: 0, number: number).writes, unless: nil)
                say("again \(number)")
            }
            await store.close()
            say("closed")
        } catch {
            say("failed \(error)")
            exit(3)
        }
    }

    /// Appends and moves a checkpoint. Prints the acknowledged calls.
    private static func append(_ number: Int, _ seed: UInt64, to store: SQLiteEventStore) async -> FlxError? {
        do throws(FlxError) {
            let result = try await store.append(Batch(seed: seed, writer: 0, number: number).writes, unless: nil)
            say("ok \(number)")
            do throws(FlxError) {
                try await store.setCheckpoint("endures", to: result.lastPosition)
                say("point \(result.lastPosition?.value ?? 0)")
            } catch {
                say("no point \(error)")
            }
            return nil
        } catch {
            return error
        }
    }
}
