import Testing

/// A rule of the house: what it is called, and what in a tree breaks it.
struct Rule: Sendable, CustomTestStringConvertible {
    let name: String
    let check: @Sendable (ProjectTree) -> [Violation]

    var testDescription: String { name }

    static let all: [Rule] = [
        .lineLength, .fileLength, .medianLength, .functionLength, .contractLength, .readmeLength,
        .bannedCalls, .lockedWakings, .uncheckedSendable, .imports, .leanProducts, .folderDepth,
        .documentation, .debts, .deadFiles, .expectations, .words, .names, .guideCode, .readmeProgram, .exactTexts,
        .usedExceptions,
    ]
}

/// One broken rule: the place, what is wrong there, and how to mend it.
struct Violation: CustomStringConvertible {
    let path: String
    let line: Int
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}

extension SourceFile {
    func violation(_ line: Int, _ message: String) -> Violation { Violation(path: path, line: line, message: message) }
}
