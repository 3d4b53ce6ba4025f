extension Rule {
    static let guideCode = Rule(name: "code in guides is compiled") { tree in
        let compiled = tree.swiftFiles.filter { $0.path.hasPrefix("Tests/GuideTests/") || $0.path.hasPrefix("Examples/") }
        return tree.guides.flatMap { guide in
            FencedBlock.all(in: guide).filter { $0.language == "swift" }
                .filter { block in !compiled.contains { block.stands(in: $0.lines) } }
                .map { guide.violation($0.line, "no compiler sees this code: put the same lines into Tests/GuideTests or an example") }
        }
    }

    static let readmeProgram = Rule(name: "the README shows the first example and what it prints") { tree in
        guard let readme = tree.file("README.md"), let program = tree.file("Examples/01-first-events/main.swift"),
            let output = tree.file("Examples/01-first-events/expected.txt")
        else { return [] }
        let blocks = FencedBlock.all(in: readme)
        let shown = [("swift", program), ("text", output)]
        return shown.compactMap { language, file in
            let block = blocks.first { $0.language == language }
            guard block?.lines != file.lines.dropLast() else { return nil }
            return readme.violation(block?.line ?? 1, "the first `\(language)` block is not \(file.path): copy the one to the other")
        }
    }
}

extension ProjectTree {
    fileprivate var guides: [SourceFile] {
        files.filter { $0.path == "README.md" || ($0.path.contains(".docc/") && $0.path.hasSuffix(".md")) }
    }
}
