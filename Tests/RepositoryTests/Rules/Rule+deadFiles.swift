extension Rule {
    /// A file is dead if nothing that it declares is named in another file. What is public may be named by a test or an example
    /// alone; the rest must be named by the sources.
    static let deadFiles = Rule(name: "no file is dead") { tree in
        let names = Dictionary(uniqueKeysWithValues: tree.swiftFiles.map { ($0.path, $0.mentionedNames) })
        return tree.swiftFiles.filter { $0.needsReaders }.filter { file in
            let declared = file.offeredNames
            let isLibrary = file.path.hasPrefix("Sources/") && !file.declarations.contains(where: \.saysPublic)
            return !names.contains { path, mentioned in
                path != file.path && (!isLibrary || path.hasPrefix("Sources/")) && !mentioned.isDisjoint(with: declared)
            }
        }
        .map { $0.violation(1, "nothing else names what this file declares: remove it, or put it to use") }
    }
}

extension SourceFile {
    /// Whether the file lives only by being named: programs, tests, conformances and re-exports live by themselves.
    fileprivate var needsReaders: Bool {
        guard !declarations.isEmpty, !path.hasSuffix("main.swift") else { return false }
        let roots: Set = ["@main", "@Test", "@Suite"]
        return !declarations.contains { !$0.modifiers.isDisjoint(with: roots) || ($0.keyword == "extension" && $0.conforms) }
    }

    /// The names that others can use: what stands at the top of the file, and the members of its extensions.
    fileprivate var offeredNames: Set<Substring> {
        let offered = declarations.filter { declaration in
            guard declaration.keyword != "extension" else { return false }
            return declaration.container.map { declarations[$0].keyword == "extension" && declarations[$0].container == nil } ?? true
        }
        return Set(offered.map { Substring($0.name) })
    }
}
