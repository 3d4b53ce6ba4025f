import Foundation

/// This program run once more, in a role of a child, until it is killed.
struct ChildProcess {
    private let process = Process()
    private let output = Pipe()

    init(_ arguments: [String]) throws {
        process.executableURL = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        try? output.fileHandleForWriting.close()
    }

    /// Waits for the first words of the child, and for a moment more; empty when it ended without a word.
    func firstWords(andThen microseconds: Int) -> String {
        let words = output.fileHandleForReading.availableData
        usleep(UInt32(microseconds))
        return String(decoding: words, as: UTF8.self)
    }

    /// What the child said by now and was not read yet.
    func wordsSoFar() -> String {
        let descriptor = output.fileHandleForReading.fileDescriptor
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
        defer { _ = fcntl(descriptor, F_SETFL, flags) }
        var (words, part) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while true {
            let count = read(descriptor, &part, part.count)
            guard count > 0 else { return String(decoding: words, as: UTF8.self) }
            words += part[..<count]
        }
    }

    /// Waits until the child ended by itself, and returns what it said.
    func end() -> String {
        let words = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: words, as: UTF8.self)
    }

    /// Ends the child as a crash would, and returns what it said until then.
    func kill() -> String {
        Foundation.kill(process.processIdentifier, SIGKILL)
        let words = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: words, as: UTF8.self)
    }
}

/// Runs a program of the system.
/// - Returns: Whether it ended well.
@discardableResult
func system(_ program: String, _ arguments: String...) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    var environment = ProcessInfo.processInfo.environment
    environment["PATH", default: ""] += ":/usr/sbin:/sbin"
    process.environment = environment
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
}
