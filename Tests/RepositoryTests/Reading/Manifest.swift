/// The targets of a `Package.swift`, by name: the names that each depends on, and its line.
struct Manifest {
    private(set) var targets: [String: (line: Int, dependencies: Set<String>)] = [:]

    init(_ file: SourceFile) {
        let opening = /\.(?:target|executableTarget|macro|testTarget|systemLibrary)\(\s*name:\s*"(\w+)"/
        let text = Scrubber.withoutComments(file.text)
        let starts = text.matches(of: opening)
        for (index, match) in starts.enumerated() {
            let end = index + 1 < starts.count ? starts[index + 1].range.lowerBound : text.endIndex
            let rest = text[match.range.upperBound..<end]
            let line = text[..<match.range.lowerBound].count { $0 == "\n" } + 1
            targets[String(match.output.1)] = (line, Set(rest.matches(of: /"(\w+)"/).map { String($0.output.1) }))
        }
    }
}

extension [String: (line: Int, dependencies: Set<String>)] {
    /// Everything that a target depends on, directly or not.
    func closure(of target: String) -> Set<String> {
        var reached: Set<String> = []
        var next = [target]
        while let name = next.popLast() {
            for dependency in self[name]?.dependencies ?? [] where reached.insert(dependency).inserted { next.append(dependency) }
        }
        return reached
    }
}
