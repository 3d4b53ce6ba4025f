extension Rule {
    /// Modules of the language and the system, open to every target.
    private static let system: Set = [
        "Swift", "Synchronization", "Dispatch", "Foundation", "FoundationEssentials", "SwiftOverlayShims", "Glibc", "Musl", "Darwin",
    ]

    /// The floors of the design: what a target may import beside the system. Drivers and engine never meet below `flx`.
    private static let allowed: [String: Set<String>] = [
        "FlxCore": ["Logging", "OrderedCollections", "DequeModule"],
        "FlxSchema": ["FlxCore", "OrderedCollections"],
        "FlxSQLite": ["CFlxFile", "FlxCore", "GRDB", "GRDBSQLite", "DequeModule", "Logging"],
        "FlxRedis": ["FlxCore"],
        "FlxEvents": [
            "FlxCore", "FlxSchema", "Logging", "OrderedCollections", "DequeModule", "CoreMetrics", "Metrics", "Tracing",
            "Instrumentation", "ServiceContextModule", "ServiceLifecycle",
        ],
        "FlxPipelines": ["FlxCore", "FlxEvents"],
        "FlxFiles": ["FlxCore", "FlxEvents", "OrderedCollections", "CZlib"],
        "FlxTesting": ["FlxCore", "FlxEvents", "Logging"],
        "FlxMacros": ["FlxCore", "FlxEvents", "CFlxSection"],
        "FlxMacrosPlugin": [
            "SwiftSyntax", "SwiftParser", "SwiftSyntaxMacros", "SwiftSyntaxBuilder", "SwiftDiagnostics", "SwiftCompilerPlugin",
            "SwiftOperators",
        ],
        "flx": ["FlxCommand"],
        "FlxCommand": [
            "FlxCore", "FlxSchema", "FlxEvents", "FlxSQLite", "FlxFiles", "FlxPipelines", "FlxTesting", "ArgumentParser", "Logging",
            "Metrics", "Tracing", "ServiceLifecycle",
        ],
    ]

    static let imports = Rule(name: "imports go down the floors") { tree in
        tree.sources.flatMap { file in
            file.imports.filter { found in
                guard let target = file.target, let allowed = allowed[target] else { return true }
                return !system.contains(found.module) && !allowed.contains(found.module)
            }
            .map { found in
                let target = file.target ?? "?"
                return file.violation(found.line, "\(target) imports \(found.module): not on its floor (Rule+imports.swift has the table)")
            }
        }
    }

    static let leanProducts = Rule(name: "flx and the libraries build without swift-syntax") { tree in
        guard let manifest = tree.file("Package.swift") else { return [] }
        let targets = Manifest(manifest).targets
        let lean = ["flx", "FlxCommand", "FlxFiles", "FlxSchema", "FlxEvents", "FlxSQLite", "FlxPipelines", "FlxTesting"]
        return lean.compactMap { product in
            let reached = targets.closure(of: product)
            guard let syntax = reached.sorted().first(where: { $0.hasPrefix("SwiftSyntax") || $0 == "FlxMacros" }) else { return nil }
            let line = targets[product]?.line ?? 1
            return manifest.violation(line, "\(product) depends on \(syntax): a build of it would compile swift-syntax for minutes")
        }
    }
}

extension SourceFile {
    /// The modules that the file imports, each with its line.
    var imports: [(module: String, line: Int)] {
        tokens.indices.dropLast().filter { tokens[$0].text == "import" }.map { index in
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let place = kinds.contains(tokens[index + 1].text) ? index + 2 : index + 1
            return (String(tokens[min(place, tokens.count - 1)].text), tokens[index].line)
        }
    }
}
