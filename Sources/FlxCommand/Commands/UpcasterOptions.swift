import ArgumentParser
import FlxCore
import FlxEvents
import FlxFiles

/// The option for upcasters. They change old events before a command examines them.
struct UpcasterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Changes old events on reading by the steps in this JSON file.", valueName: "file"),
        completion: .file(extensions: ["json"]), transform: Given.text)
    var upcasters: String?

    /// The chain; an empty one without the option.
    /// - Throws: ``Failure`` for an unreadable file or one without a chain.
    func loaded() throws -> UpcasterChain {
        guard let upcasters else { return .none }
        return try StepsFile.read(upcasters, "--upcasters") { bytes throws(FlxError) in
            try UpcasterChain(try Upcaster.list(json: bytes))
        }
    }
}

/// Files of steps.
enum StepsFile {
    private static let maximumBytes = 1 << 20

    /// Makes a value from the bytes of a file.
    /// - Throws: ``Failure`` naming the option and the file.
    static func read<Value>(_ path: String, _ option: String, _ make: ([UInt8]) throws(FlxError) -> Value) throws -> Value {
        do throws(FlxError) {
            let source = try FileSource(path)
            var bytes: [UInt8] = []
            while case let piece = try source.next(), !piece.isEmpty {
                bytes += piece
                guard bytes.count <= maximumBytes else { throw FlxError(.limitExceeded, "longer than \(maximumBytes) bytes") }
            }
            return try make(bytes)
        } catch {
            throw Failure(.usage, "\(option): \(path): \(EventReader.reason(error))")
        }
    }
}
