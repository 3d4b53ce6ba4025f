import Testing

/// A small tree that breaks one rule at one place, and the same tree mended.
struct Plant: Sendable, CustomTestStringConvertible {
    let rule: Rule
    let place: String
    let broken: [String: String]
    let mended: [String: String]

    var testDescription: String { "\(rule.name): \(place)" }

    /// A plant in one file.
    init(_ rule: Rule, _ path: String = "Sources/FlxCore/A.swift", line: Int, _ broken: String, mended: String) {
        self.init(rule, place: "\(path):\(line)", [path: broken], mended: [path: mended])
    }

    init(_ rule: Rule, place: String, _ broken: [String: String], mended: [String: String]) {
        self.rule = rule
        self.place = place
        self.broken = broken
        self.mended = mended
    }

    static let all = sizes + calls + imports + documentation + tidiness + deadFiles + expectations + guides + texts
}

extension Plant {
    private static func lines(_ count: Int) -> String { String(repeating: "let a = 1\n", count: count) }

    private static let sizes = [
        Plant(.lineLength, line: 2, "\n" + String(repeating: "é", count: 141), mended: "\n" + String(repeating: "é", count: 140)),
        Plant(.fileLength, line: 501, lines(501), mended: lines(500)),
        Plant(
            .medianLength, place: "Sources:1", ["Sources/A/a.swift": lines(101), "Sources/A/b.swift": lines(101), "Tests/c.swift": ""],
            mended: ["Sources/A/a.swift": lines(101), "Sources/A/b.swift": lines(100), "Sources/A/c.swift": lines(1)]),
        Plant(
            .functionLength, line: 2, "struct S {\n    func f(a: Int = { 1 }()) -> String {\n" + lines(69) + "    }\n}",
            mended: "struct S {\n    func f() -> String {\n" + lines(68) + "    }\n\n    func g() {}\n}"),
        Plant(.functionLength, line: 1, "var a: Int {\n\"{\"\n" + lines(69) + "}", mended: "var a: Int {\n\"{\"\n" + lines(67) + "}"),
        Plant(.contractLength, "Sources/FlxCore/Store/EventStore.swift", line: 131, lines(131), mended: lines(130)),
        Plant(.readmeLength, "README.md", line: 121, lines(121), mended: lines(120)),
        Plant(
            .readmeLength, "README.md", line: 31, String(repeating: "\n", count: 30) + "```swift\n```\n",
            mended: String(repeating: "\n", count: 29) + "```swift\n```\n"),
    ]

    private static let calls = [
        Plant(.bannedCalls, line: 2, "let fingerprint = 1\nlet now = Date()", mended: "// Date()\nlet now = \"Date()\" + fingerprint(1)"),
        Plant(.bannedCalls, line: 1, "print(1)", mended: "output.print(1)"),
        Plant(.bannedCalls, line: 1, "let text = \"\\(try! read())\"", mended: "let text = \"try! \\(try read())\""),
        Plant(.bannedCalls, line: 3, "func f() {\n    /* Task { */\n    Task { await g() }\n}", mended: "await Task { await g() }.value"),
        Plant(
            .bannedCalls, place: "Sources/flx/Main.swift:1",
            ["Sources/flx/Main.swift": "DispatchQueue.main", "Sources/FlxSQLite/Connection/Offload.swift": "DispatchQueue.main"],
            mended: ["Sources/FlxSQLite/Connection/Offload.swift": "DispatchQueue.main", "Tests/ATests/A.swift": "print(1)"]),
        Plant(
            .lockedWakings, line: 3, "lock.withLock {\n    let next = $0.next()\n    next.resume(returning: 1)\n}",
            mended: "let next = lock.withLock { $0.next() }\nnext.resume(returning: 1)"),
        Plant(.lockedWakings, line: 1, "lock.withLock({ $0.task.cancel() })", mended: "lock.withLock({ $0.task })?.cancel()"),
        Plant(
            .uncheckedSendable, line: 2, "// A pointer.\nfinal class A: @unchecked Sendable {}",
            mended: "// Unchecked: the lock guards the pointer.\nfinal class A: @unchecked Sendable {}"),
    ]

    private static let imports = [
        Plant(
            .imports, "Sources/FlxEvents/A.swift", line: 2, "public import FlxCore\nimport FlxSQLite",
            mended: "public import FlxCore\nimport struct Foundation.Date"),
        Plant(.imports, "Sources/FlxSQLite/A.swift", line: 1, "internal import FlxEvents", mended: "import GRDB"),
        Plant(.imports, "Sources/FlxCore/A.swift", line: 1, "import class GRDB.Row", mended: "import Synchronization"),
        Plant(.imports, "Sources/FlxCommand/A.swift", line: 1, "import FlxMacros", mended: "import FlxSQLite\nimport FlxEvents"),
        Plant(.imports, "Sources/FlxNew/A.swift", line: 1, "import Logging", mended: "let new = 1"),
        Plant(
            .leanProducts, "Package.swift", line: 2,
            """
            targets: [
            .executableTarget(name: "flx", dependencies: ["FlxEvents", "Mid"]),
            .target(name: "Mid", dependencies: [.product(name: "SwiftSyntax", package: "swift-syntax")]),
            ]
            """,
            mended: """
                .executableTarget(name: "flx", dependencies: ["FlxEvents"]),
                .macro(name: "FlxMacrosPlugin", dependencies: [.product(name: "SwiftSyntax", package: "swift-syntax")]),
                """),
    ]

    private static let expectations = [
        Plant(
            .expectations, place: "Tests/ATests/A.swift:3",
            ["Tests/ATests/A.swift": "import Testing\n\n@Test func f() {\n    // #expect\n    g()\n}\nfunc g() {}"],
            mended: ["Tests/ATests/A.swift": "@Test func `a class is a type`() { g() }\nfunc g() { h() }\nfunc h() { #expect(a == b) }"]),
        Plant(
            .expectations, place: "Tests/ATests/A.swift:1",
            ["Tests/ATests/A.swift": "@Test func f() throws { try read() }", "Sources/FlxCore/A.swift": "func read() throws { throw a }"],
            mended: [
                "Tests/ATests/A.swift": "@Test func f() throws { try then() }",
                "Sources/FlxTesting/A.swift": "func then() throws { throw a }",
            ]),
    ]
}
