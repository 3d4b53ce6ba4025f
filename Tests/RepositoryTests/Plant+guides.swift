extension Plant {
    private static let main = "Examples/01-first-events/main.swift"
    private static let expected = "Examples/01-first-events/expected.txt"

    static let guides = [
        Plant(
            .guideCode, place: "Sources/FlxEvents/FlxEvents.docc/Guide.md:3",
            [
                "Sources/FlxEvents/FlxEvents.docc/Guide.md": "# Guide\n\n```swift\nlet a = 1\n\nlet b = 2\n```\n```\nlet c\n```\n",
                "Tests/GuideTests/A.swift": "let a = 1\nlet b = 2\n", "Tests/ATests/A.swift": "let a = 1\n\nlet b = 2\n",
            ],
            mended: [
                "Sources/FlxEvents/FlxEvents.docc/Guide.md": "# Guide\n\n```swift\nlet a = 1\n\n    let b = 2\n```\n",
                "Tests/GuideTests/A.swift": "func f() {\n    let a = 1\n\n        let b = 2\n}\n",
            ]),
        Plant(
            .readmeProgram, place: "README.md:1", ["README.md": "```swift\na()\n```\n```text\nA\n```\n", main: "b()\n", expected: "A\n"],
            mended: ["README.md": "```swift\na()\n```\n```text\nA\n```\n", main: "a()\n", expected: "A\n"]),
        Plant(
            .readmeProgram, place: "README.md:4", ["README.md": "```swift\na()\n```\n```text\nA\n```\n", main: "a()\n", expected: "A\nB\n"],
            mended: ["README.md": "```swift\na()\n```\n```text\nA\nB\n```\n", main: "a()\n", expected: "A\nB\n"]),
    ]
}
