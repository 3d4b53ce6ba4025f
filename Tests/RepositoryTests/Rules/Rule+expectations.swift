extension Rule {
    private static let marks: Set<Substring> = ["#expect", "#require", "confirmation", "Issue"]

    /// A test must be able to fail: it expects something itself, or calls a function that does. The tools of FlxTesting fail by throwing.
    static let expectations = Rule(name: "every test expects something") { tree in
        let tools = tree.sources.filter { $0.target == "FlxTesting" }
        let functions = tree.tests.flatMap(\.functionBodies) + tools.flatMap(\.functionBodies)
        // A name that the libraries use too says nothing about a test that calls it.
        let common = Set(tree.sources.filter { $0.target != "FlxTesting" }.flatMap(\.functionBodies).map(\.name))
        let throwing = tools.flatMap(\.functionBodies).filter { $0.words.contains("throw") }.map(\.name)
        var checkers = marks.union(Set(throwing).subtracting(common))
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
    fileprivate var functionBodies: [(name: Substring, words: Set<Substring>)] {
        declarations.filter { $0.keyword == "func" }.map { (Substring($0.name), words(in: $0)) }
    }

    fileprivate func words(in declaration: Declaration) -> Set<Substring> { Set(tokens[declaration.body].map(\.text)) }
}
