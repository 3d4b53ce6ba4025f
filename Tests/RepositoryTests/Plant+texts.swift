extension Plant {
    static let texts = [
        Plant(
            .exactTexts, line: 2, "// [String: Int]\nvar counts: [String: Int] = [:]",
            mended: "let text = \"[String: Int]\"\nvar counts: [ExactText: Int] = [:]"),
        Plant(.exactTexts, line: 1, "let seen: Set<String> = []", mended: "let seen: Set<ExactText> = []"),
        Plant(.exactTexts, line: 1, "let parts = text.split(separator: \",\")", mended: "let parts = text.parts(at: \",\")"),
        Plant(
            .exactTexts, line: 1, "if name.hasPrefix(prefix), let dot = name.firstIndex(where: isDot) {}",
            mended: "if name.begins(with: prefix), let dot = name.utf8.firstIndex(of: UInt8(ascii: \".\")) {}"),
        Plant(.exactTexts, line: 1, "let fields: OrderedDictionary<String, EventValue>", mended: "let a: OrderedDictionary<ExactText, B>"),
        Plant(
            .usedExceptions, "Sources/FlxPipelines/PipelineProjection.swift", line: 1, "let a = 1",
            mended: "var pipelines: [String: Pipeline] = [:]"),
    ]
}
