extension Plant {
    static let documentation = [
        Plant(
            .documentation, line: 3, "/// One.\npublic struct A {\n    public let a: Int\n    let b: Int\n}",
            mended: "/// One.\npublic struct A {\n    /// Two.\n    @available(macOS 15, *)\n    public let a: Int\n}"),
        Plant(
            .documentation, line: 3, "/// One.\npublic enum A {\n    case a\n}",
            mended: "/// One.\npublic enum A: Error {\n    /// Two.\n    case a, b\n}\nenum B {\n    case c\n}"),
        Plant(
            .documentation, line: 4, "/// One.\npublic protocol A {\n\n    func f()\n}",
            mended: "/// One.\npublic protocol A {\n    /// Two.\n    func f()\n}\nprotocol B {\n    func f()\n}"),
        Plant(
            .documentation, line: 2, "public extension A {\n    func f() {}\n}",
            mended: "public extension A {\n    /// One.\n    func f() {\n        let inner = 1\n    }\n    private func g() {}\n}"),
        Plant(
            .documentation, line: 1, "public func f() {}",
            mended: "struct A {\n    public init(a: Int) {}\n}\nextension B {\n    public init(from decoder: any Decoder) {}\n}"),
    ]

    static let tidiness = [
        Plant(.debts, line: 1, "let a = 1  // TO" + "DO: more", mended: "// Todos are things."),
        Plant(.folderDepth, "Sources/FlxCore/A/B/C/D.swift", line: 1, "", mended: "").movedUp(to: "Sources/FlxCore/A/B/D.swift"),
        Plant(.names, line: 1, "struct StoreManager {}", mended: "struct Store {}\nfunc manager() {}\nextension StoreManager {}"),
        Plant(.names, line: 1, "public protocol EventBusProtocol {}", mended: "public protocol EventBus {}"),
        Plant(.words, "README.md", line: 2, "\nAsk the Assis" + "tant.", mended: "Assistance is welcome."),
        Plant(.words, "scripts/test", line: 1, "cd /ro" + "ot/flx", mended: "cd \"$root\""),
    ]

    static let deadFiles = [
        Plant(
            .deadFiles, place: "Sources/FlxCore/A.swift:1",
            [
                "Sources/FlxCore/A.swift": "struct Lonely {}", "Sources/FlxCore/B.swift": "@main struct B {}",
                "Tests/ATests/A.swift": "@Test func f() { #expect(Lonely()) }",
            ],
            mended: ["Sources/FlxCore/A.swift": "struct Lonely {}", "Sources/FlxCore/B.swift": "@main struct B { let a: Lonely }"]),
        Plant(
            .deadFiles, place: "Sources/FlxCore/A+b.swift:1",
            [
                "Sources/FlxCore/A+b.swift": "extension A {\n    func lonely() {}\n}",
                "Sources/FlxCore/A.swift": "@main struct A { } // lonely",
            ],
            mended: [
                "Sources/FlxCore/A+b.swift": "extension A {\n    public func met() {}\n}",
                "Sources/FlxCore/A+c.swift": "extension A: Codable {\n    func unseen() {}\n}",
                "Tests/ATests/A.swift": "@Test func f() { \"\\(A().met())\" }",
            ]),
    ]

    private func movedUp(to path: String) -> Plant { Plant(rule, place: place, broken, mended: [path: ""]) }
}
