extension Rule {
    /// What merges texts that look alike, or cuts them between `Character`s, which a combining mark behind a separator joins.
    private static let loose: [(code: String, instead: String)] = [
        ("[String: ", "key it by ExactText"),
        ("Set<String>", "make it a set of ExactText"),
        ("OrderedDictionary<String", "key it by ExactText"),
        ("OrderedSet<String", "make it a set of ExactText"),
        (".split(separator: \"", "take `parts(at:)`"),
        (".components(separatedBy", "take `parts(at:)`"),
        (".replacing(\"", "join the `parts(at:)`"),
        ("firstIndex(of: \"", "take `halves(at:)`, or look into `utf8`"),
        ("lastIndex(of: \"", "look into `utf8`"),
        (".hasPrefix(", "take `begins(with:)` or `without(prefix:)`"),
        (".hasSuffix(", "take `ends(with:)`"),
        ("refix.count)", "take `without(prefix:)`"),
        ("[Character", "take its `unicodeScalars`"),
    ]

    /// The files in which all texts of a kind are the program's own, or were found to be ASCII before.
    private static let plainTexts: [(path: String, code: String)] = [
        // Names of properties and of Unicode's categories, in a pattern; an array of scalars.
        ("Sources/FlxSchema/Pattern/ScalarProperties.swift", ".hasPrefix("),
        ("Sources/FlxSchema/Pattern/ScalarProperties.swift", "refix.count)"),
        ("Sources/FlxSchema/Pattern/PatternParser.swift", "firstIndex(of: \""),
        // What Double says of itself.
        ("Sources/FlxCore/Wire/PythonText.swift", ".hasPrefix("),
        ("Sources/FlxCore/Wire/PythonText.swift", ".hasSuffix("),
        ("Sources/FlxCore/Wire/PythonText.swift", ".replacing(\""),
        // A caller's own dictionary, which is taken over key by key.
        ("Sources/FlxSchema/Validation/SchemaResolver.swift", "[String: "),
        // Grammars over scalars.
        ("Sources/FlxSchema/Validation/URIGrammar.swift", "firstIndex(of: \""),
        ("Sources/FlxSchema/Validation/URIGrammar.swift", ".split(separator: \""),
        // Media types were checked to be ASCII; a header that is not has no subtype.
        ("Sources/FlxCore/Event/MediaType.swift", "firstIndex(of: \""),
        ("Sources/FlxCore/Formats/ContentType.swift", "firstIndex(of: \""),
        ("Sources/FlxCore/Formats/ContentType.swift", "lastIndex(of: \""),
        // Names of attributes: all but lower-case ASCII is refused.
        ("Sources/FlxCore/Event/Extensions.swift", "Set<String>"),
        ("Sources/FlxCore/Formats/BinaryMode.swift", "[String: "),
        ("Sources/FlxCore/Formats/EventMessage.swift", "[String: "),
        ("Sources/FlxFiles/CSV/CSVWriter.swift", "Set<String>"),
        // It finds the keys that a dictionary by String would merge, and refuses them.
        ("Sources/FlxCore/Codec/JSONDocument+decoding.swift", "Set<String>"),
        // The ending of a path; references to characters, of which all but digits is refused.
        ("Sources/FlxFiles/XES/XMLText.swift", ".hasPrefix("),
        ("Sources/FlxFiles/LogFormat.swift", ".hasSuffix("),
        // What the system says of its mounts and locks.
        ("Sources/FlxSQLite/Connection/LockHolder.swift", ".split(separator: \""),
        ("Sources/FlxCommand/Input/FolderFacts.swift", ".split(separator: \""),
        ("Sources/FlxCommand/Input/FolderFacts.swift", ".hasPrefix("),
        ("Sources/FlxCommand/Input/FolderFacts.swift", ".hasSuffix("),
        ("Sources/FlxCommand/Commands/Checkup.swift", ".split(separator: \""),
        // The export's own line ends; and a whole argument.
        ("Sources/FlxCommand/Commands/Export.swift", ".replacing(\""),
        ("Sources/FlxCommand/Program.swift", "firstIndex(of: \""),
        // The example domain makes its own ids, and so do the rules.
        ("Sources/FlxPipelines/PipelineProjection.swift", "[String: "),
        ("Sources/FlxTesting/StoreRules/EventStoreRules+concurrency.swift", "[String: "),
        ("Sources/FlxTesting/StoreRules/EventStoreRules+viewReading.swift", "[String: "),
    ]

    /// The compiler's plugin reads programs, not texts from outside.
    static let exactTexts = Rule(name: "texts from outside are told apart and cut by their bytes") { tree in
        tree.sources.filter { $0.target != "FlxMacrosPlugin" }.flatMap { file in
            file.codeLines.enumerated().flatMap { index, line in
                loose.filter { line.contains($0.code) }
                    .filter { loose in !plainTexts.contains { $0 == (file.path, loose.code) } }
                    .map { file.violation(index + 1, "`\($0.code)` calls texts equal that only look alike: \($0.instead)") }
            }
        }
    }

    static let usedExceptions = Rule(name: "each exception for plain texts is needed") { tree in
        plainTexts.compactMap { exception in
            guard let file = tree.file(exception.path), !file.codeLines.contains(where: { $0.contains(exception.code) }) else { return nil }
            return file.violation(1, "nothing here has `\(exception.code)` any more: take the exception away")
        }
    }
}
