import ArgumentParser
import FlxCore
import FlxFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The options of irreversible acts.
struct Consent: ParsableArguments {
    @Flag(help: "Only show the effects.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Do it without a question; needed without a terminal.")
    var yes = false

    var agreement: Agreement { dryRun ? .dryRun : yes ? .given : .asked }
}

/// The options for the permission of an act.
enum Agreement {
    /// A person is asked.
    case asked
    /// The command line has it already.
    case given
    /// There is none: the act is only described.
    case dryRun

    /// Announces the act, and determines if it is allowed.
    /// - Parameter details: Further lines about it.
    /// - Returns: False for a dry run.
    /// - Throws: ``Failure`` if nobody can be asked, and if a person says no; an interrupt at the prompt.
    func isGiven(for act: String, _ details: [String] = [], on console: Console) throws -> Bool {
        console.say(self == .dryRun ? "would: \(act)" : act, details)
        guard self == .asked else { return self == .given }
        guard isatty(0) == 1 else { throw Failure(.usage, "nothing was done: say --yes to do it, or --dry-run to look") }
        console.say("Go on? [y/N]")
        guard ["y", "yes"].contains(try Self.answer()) else { throw Failure(.failure, "nothing was done") }
        return true
    }

    /// A line from the terminal, in lower case. The source wakes at intervals, so an interrupt ends it.
    private static func answer() throws -> String {
        let source = try FileSource("-")
        var bytes: [UInt8] = []
        while case let piece = try source.next(), !piece.isEmpty {
            bytes += piece
            if piece.contains(UInt8(ascii: "\n")) || bytes.count > 1_000 { break }
        }
        guard !Task.isCancelled else { throw FlxError(.cancelled, "interrupted") }
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return String(decoding: line, as: UTF8.self).lowercased()
    }
}

/// The options for the name of the operator and the reason.
struct OperatorOptions: ParsableArguments {
    @Option(
        name: .customLong("operator"), help: ArgumentHelp("The user's name, for the record; default: USER.", valueName: "name"),
        transform: Given.text)
    var name: String?

    var operatorName: String { name ?? Environment["USER"] ?? "flx" }
}
