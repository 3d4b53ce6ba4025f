import FlxCore

/// The findings of a doctor: plain rules over the facts, each with its advice.
struct Checkup {
    enum Level: String {
        case fine = "ok"
        case warning
        case fault
    }

    struct Finding: Equatable {
        let level: Level
        let check: String
        let message: String
    }

    private(set) var findings: [Finding] = []

    mutating func note(_ level: Level, _ check: String, _ message: String) {
        findings.append(Finding(level: level, check: check, message: message))
    }

    /// Folder, space, kind of file system, write-ahead log and lock.
    mutating func examine(_ folder: FolderFacts) {
        guard folder.exists else { return note(.fault, "folder", "\(folder.path) does not exist; create it") }
        folder.isWritable
            ? note(.fine, "folder", "\(folder.path) can be written")
            : note(.warning, "folder", "\(folder.path) cannot be written by this user; the store can only be read")
        if let kind = folder.fileSystem { examine(fileSystem: kind) }
        if let free = folder.freeBytes {
            let isLow = free < max(256 << 20, 2 * (folder.storeBytes ?? 0) / 10)
            note(isLow ? .warning : .fine, "space", "\(Quantity.bytes(free)) free\(isLow ? "; make room before the store is full" : "")")
        }
        if let log = folder.logBytes, log > 256 << 20 {
            let advice = "a reader that never ends keeps it from being emptied: find and end it"
            note(.warning, "write-ahead log", "\(Quantity.bytes(log)); \(advice)")
        }
        if let holder = folder.writer {
            note(.fine, "writer", "process \(holder) has the store open for writing")
        }
    }

    private mutating func examine(fileSystem kind: FolderFacts.FileSystem) {
        switch kind {
        case .memory: note(.warning, "file system", "it lives in memory: nothing survives the end of the machine; put the store on a disk")
        case .network:
            note(.warning, "file system", "it is a network's: locks and flushes may not hold there; put the store on a local disk")
        case .local: note(.fine, "file system", "local")
        }
    }

    /// The time for flushing 4 KiB to the disk.
    mutating func examine(flushes: [Duration]) {
        guard !flushes.isEmpty else { return }
        let sorted = flushes.sorted()
        let (middle, worst) = (sorted[sorted.count / 2], sorted[sorted.count - 1])
        let text = "a flush takes \(middle.milliseconds(digits: 1)) ms, at worst \(worst.milliseconds(digits: 1)) ms"
        if middle < .microseconds(15) {
            note(.warning, "flush", "\(text): too fast to be true; the disk or its emulation may not keep flushed data")
        } else if middle > .milliseconds(20) {
            note(.warning, "flush", "\(text): slow; appends of one caller will be no faster. Batches and concurrent callers share a flush")
        } else {
            note(.fine, "flush", text)
        }
    }

    /// The library. It must be new enough. Versions 3.7.0 to 3.51.2 have a bug in resetting the write-ahead log; it needs two connections
    /// that write or checkpoint at the same moment.
    mutating func examine(sqlite version: String) {
        let numbers = version.split(separator: ".").compactMap { Int($0) }
        guard !numbers.lexicographicallyPrecedes([3, 38]) else {
            return note(.fault, "SQLite", "\(version) is too old: restores and views need 3.38 or newer")
        }
        let hasBug = numbers.lexicographicallyPrecedes([3, 51, 3])
        let advice = "; it has the WAL-reset bug, harmless with one writing connection, as here: let no other program write to the file"
        note(.fine, "SQLite", version + (hasBug ? advice : ""))
    }
}
