import FlxCore
import FlxSQLite
import Foundation

/// The process whose medium fails: it appends, tries each refused append once more at the end, and says what it was answered.
enum EnduringChild {
    static let appends = 12

    /// `endure PATH SEED [dies] [lies] [sure]`: says `ok N`, `error N CODE MESSAGE`, `again N` and `closed`; `unknown` takes the place of
    /// the code where the answer leaves open whether the append was kept. With `dies`, it ends at its first error, as a program does that
    /// a supervisor starts again. With `lies`, it says `ok` whatever the answer, and with `sure` it leaves nothing open: planted faults.
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

    /// Appends and moves a checkpoint; says what was acknowledged.
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
