import ArgumentParser
import FlxCore
import FlxEvents
import FlxFiles

/// The option for upcasters, which change old events before a command looks at them.
struct UpcasterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Reads old events as the steps in this file of JSON make them.", valueName: "file"),
        completion: .file(extensions: ["json"]), transform: Given.text)
    var upcasters: String?

    /// The chain; an empty one where none is asked for.
    /// - Throws: ``Failure`` for a file that cannot be read or holds no chain.
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

    /// Makes something of the bytes of a file.
    /// - Throws: ``Failure`` that names the option and the file.
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
