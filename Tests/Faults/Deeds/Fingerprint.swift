import FlxTesting
import Foundation

/// The content of a folder and its subfolders: the kind, the links and the content of each name.
struct Fingerprint {
    private let entries: [String: String]

    /// - Parameter leavesOut: Returns true for names in the folder to be ignored.
    init(_ folder: String, leavesOut: (String) -> Bool = { _ in false }) {
        var entries: [String: String] = [:]
        for name in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? [] where !leavesOut(name) {
            entries[name] = Self.words(folder + "/" + name)
        }
        self.entries = entries
    }

    /// Returns a description of the changes; nil if there are none.
    func change(from before: Fingerprint) -> String? {
        let names = Set(entries.keys).union(before.entries.keys).filter { entries[$0] != before.entries[$0] }
        guard !names.isEmpty else { return nil }
        return names.sorted().map { "\($0): \(before.entries[$0] ?? "absent") became \(entries[$0] ?? "absent")" }.joined(separator: "; ")
    }

    private static func words(_ path: String) -> String {
        var status = stat()
        guard lstat(path, &status) == 0 else { return "gone" }
        switch status.st_mode & S_IFMT {
        case S_IFLNK: return "a link to \((try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? "nothing")"
        case S_IFDIR: return "a folder"
        default:
            let bytes = FileManager.default.contents(atPath: path) ?? Data()
            let sum = bytes.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
            return "\(bytes.count) bytes (\(String(sum, radix: 16)))"
        }
    }
}
