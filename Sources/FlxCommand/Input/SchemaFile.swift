import FlxCore
import FlxEvents
import FlxFiles

/// Schemas and values in files.
enum SchemaFile {
    /// The largest file in bytes.
    static let maximumBytes = 8 << 20

    /// Reads a JSON text from a file, or from standard input for `-`.
    static func value(_ path: String) throws(FlxError) -> EventValue {
        let source = try FileSource(path)
        var bytes: [UInt8] = []
        while case let piece = try source.next(), !piece.isEmpty {
            bytes += piece
            guard bytes.count <= maximumBytes else {
                throw FlxError(.limitExceeded, "\(path) is larger than \(maximumBytes) bytes")
            }
        }
        do {
            return try EventValue(json: bytes, limits: JSONLimits(maximumBytes: maximumBytes, maximumDepth: 256))
        } catch {
            throw FlxError(error.code, "\(path): \(error.message)", at: error.location)
        }
    }

    /// A resolver of rules such as `https://example.org/schemas/=DIR`: the longest prefix of a URI determines its folder.
    static func resolver(_ rules: [String]) throws -> SchemaResolver {
        var folders: [(prefix: String, folder: String)] = []
        for rule in rules {
            guard let sign = rule.utf8.lastIndex(of: UInt8(ascii: "=")), sign > rule.startIndex else {
                throw Failure(.usage, "--resolve: '\(rule)' is not of the form URI-PREFIX=DIR")
            }
            folders.append((String(rule[..<sign]), String(rule[rule.utf8.index(after: sign)...])))
        }
        let longestFirst = folders.sorted { $0.prefix.utf8.count > $1.prefix.utf8.count }
        return SchemaResolver { uri throws(FlxError) in
            for (prefix, folder) in longestFirst {
                guard let rest = uri.without(prefix: prefix) else { continue }
                let path = Substring(rest.utf8.drop { $0 == UInt8(ascii: "/") })
                // A reference must not lead out of the folder.
                guard !path.parts(at: "/").contains(".."), !path.isEmpty else { return nil }
                do throws(FlxError) {
                    return try value(folder + "/" + path)
                } catch {
                    guard error.code == .notFound else { throw error }
                }
            }
            return nil
        }
    }
}
