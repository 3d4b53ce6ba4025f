extension Rule {
    private static let marks: Set<Substring> = [
        "#expect", "#require", "confirmation", "record", "Mismatch", "ScenarioFailure", "ConformanceFailure",
    ]

    /// A test must be able to fail: it expects something itself, or calls a function of the tests that does.
    static let expectations = Rule(name: "every test expects something") { tree in
        let files = tree.tests + tree.sources.filter { $0.target == "FlxTesting" }
        let functions = files.flatMap { file in
            file.declarations.filter { $0.keyword == "func" }.map { (name: Substring($0.name), words: file.words(in: $0)) }
        }
        // A name that the libraries use too says nothing about a test that calls it.
        let common = Set(tree.sources.filter { $0.target != "FlxTesting" }.flatMap(\.declarations).map { Substring($0.name) })
        var checkers = marks
        while true {
            let more = functions.filter { !common.contains($0.name) && !checkers.isDisjoint(with: $0.words) }.map(\.name)
            let known = checkers.count
            checkers.formUnion(more)
            if checkers.count == known { break }
        }
        return tree.tests.flatMap { file in
            file.declarations.filter { $0.modifiers.contains("@Test") && checkers.isDisjoint(with: file.words(in: $0)) }
                .map { file.violation($0.line, "test `\($0.name)` cannot fail: `#expect` what it is about") }
        }
    }
}

extension SourceFile {
    fileprivate func words(in declaration: Declaration) -> Set<Substring> { Set(tokens[declaration.body].map(\.text)) }
}
