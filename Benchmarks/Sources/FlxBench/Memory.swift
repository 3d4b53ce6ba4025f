import FlxEvents
import Foundation

/// The memory of a process.
enum Memory {
    /// The most memory that a process has had, in MiB: `VmHWM` of Linux.
    static func peak(of process: String = "self") throws -> Double { try value("VmHWM:", of: process) }

    /// The memory that this process has now, in MiB.
    static func resident() throws -> Double { try value("VmRSS:", of: "self") }

    /// The seconds that processors worked for this process.
    static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    private static func value(_ name: String, of process: String) throws -> Double {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
            let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Double($0) })
        else { throw FlxError(.notFound, "no \(name) of process \(process)") }
        return kibibytes / 1024
    }
}
