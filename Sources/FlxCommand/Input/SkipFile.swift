import FlxCore
import FlxFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file for bad lines in their original text and format, to be corrected and imported.
///
/// It is created with the first of them. Lines it cannot keep are only counted: lines too long for the program, and empty elements.
final class SkipFile {
    private let file: OutputFile
    private let format: LogFormat
    private var descriptor: Int32 = -1
    private var tail: [UInt8] = []
    private(set) var kept: Int64 = 0
    private(set) var notKept: Int64 = 0

    init(_ file: OutputFile, format: LogFormat) {
        (self.file, self.format) = (file, format)
    }

    var path: String { file.path }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Adds a line.
    /// - Throws: ``Failure`` when the file cannot be made or written.
    func add(_ item: TextItem) throws {
        guard !item.isCut, !item.source.isEmpty else {
            notKept += 1
            return
        }
        if descriptor < 0 {
            descriptor = try file.create()
            try write(item.head)
            tail = item.tail ?? format.tail
        } else {
            try write(item.separator ?? format.separator)
        }
        try write(item.source)
        kept += 1
    }

    /// Ends the file.
    /// - Throws: ``Failure`` when it cannot be written.
    func finish() throws {
        guard descriptor >= 0 else { return }
        try write(tail)
        let status = close(descriptor)
        descriptor = -1
        guard status == 0 else { throw failure() }
    }

    /// The counts of the lines; nil if there were none.
    /// - Parameter format: The format of the input.
    func words(importedAs format: LogFormat) -> String? {
        guard kept + notKept > 0 else { return nil }
        var words: [String] = []
        if kept > 0 {
            words.append("\(Quantity.count(Int(kept), "bad line")) \(kept == 1 ? "was" : "were") set aside in \(path)")
            let isClear = (LogFormat(path: path) ?? .jsonl) == format
            let advice = "mend \(kept == 1 ? "it" : "them") and import that file" + (isClear ? "" : " with --format \(format.rawValue)")
            // From a device or a pipe nothing can be imported.
            if file.isKept { words.append(advice) }
        }
        if notKept > 0 {
            let lines = Quantity.count(Int(notKept), "bad line") + (notKept == 1 ? " is" : " are")
            words.append("\(lines) not in \(path), being longer than \(TextSplitter.maximumBytes) bytes, or empty")
        }
        return words.joined(separator: "; ")
    }

    private func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
            guard count >= 0 || errno == EINTR else { throw failure() }
            rest = rest.dropFirst(max(0, count))
        }
    }

    private func failure() -> Failure {
        Failure(.failure, "\(file.option): \(file.path) cannot be written: \(String(cString: strerror(errno)))")
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
