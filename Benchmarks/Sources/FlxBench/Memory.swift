import FlxEvents
import Foundation

/// The memory of a process.
enum Memory {
    /// The most memory that a process has had, in MiB: `VmHWM` of Linux.
    static func peak(of process: String = "self") throws -> Double {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Double($0) })
        else { throw FlxError(.notFound, "no VmHWM of process \(process)") }
        return kibibytes / 1024
    }
}
