import Foundation
import Synchronization
import Testing

@testable import FlxCommand

/// Output to whoever reads it, slowly or not at all.
@Suite struct ConsoleTests {
    private final class Outcome: Sendable {
        let failure = Mutex(String?.none)
    }

    @Test func `output that does not wait is written to its end`() throws {
        let ends = UnsafeMutablePointer<Int32>.allocate(capacity: 2)
        defer { ends.deallocate() }
        try #require(pipe(ends) == 0)
        let (input, output) = (ends[0], ends[1])
        try #require(fcntl(output, F_SETFL, O_NONBLOCK) == 0)
        let size = 1 << 20
        let outcome = Outcome()
        let writer = Thread {
            let console = Console(output: output, errors: output)
            do {
                // The pipe is full before anybody reads.
                try console.write([UInt8](repeating: 0x61, count: size))
                try console.flush()
                console.say("told")
            } catch {
                outcome.failure.withLock { $0 = "\(error)" }
            }
            close(output)
        }
        writer.start()
        let read = try #require(try FileHandle(fileDescriptor: input, closeOnDealloc: true).readToEnd())
        #expect(outcome.failure.withLock { $0 } == nil)
        #expect(read.count == size + 5 && read.suffix(5) == Data("told\n".utf8))
    }
}
