extension Rule {
    static let lineLength = Rule(name: "a line has at most 140 columns") { tree in
        tree.swiftFiles.flatMap { file in
            file.lines.enumerated().filter { $0.element.count > 140 }.map { index, line in
                file.violation(index + 1, "\(line.count) columns: break the line (at most 140)")
            }
        }
    }

    static let fileLength = Rule(name: "a file has at most 500 lines") { tree in
        tree.swiftFiles.filter { $0.lineCount > 500 }.map {
            $0.violation(501, "\($0.lineCount) lines: move an aspect to a file of its own (at most 500)")
        }
    }

    static let medianLength = Rule(name: "half of the sources have at most 100 lines") { tree in
        let counts = tree.sources.map(\.lineCount).sorted()
        guard let median = counts.isEmpty ? nil : counts[counts.count / 2], median > 100 else { return [] }
        return [Violation(path: "Sources", line: 1, message: "the median is \(median) lines: split the longest files (at most 100)")]
    }

    static let functionLength = Rule(name: "a function has at most 70 lines") { tree in
        tree.swiftFiles.flatMap { file in
            file.declarations.filter { ($0.isFunction || $0.keyword == "var") && $0.lineCount > 70 }.map {
                file.violation($0.line, "`\($0.name)` has \($0.lineCount) lines: give its parts names (at most 70)")
            }
        }
    }

    static let contractLength = Rule(name: "the contract of a driver fits on one screen") { tree in
        ["Sources/FlxCore/Store/EventStore.swift", "Sources/FlxCore/Broker/Broker.swift"].compactMap(tree.file)
            .filter { $0.lineCount > 130 }
            .map { $0.violation(131, "\($0.lineCount) lines: move what is not the contract to a file beside it (at most 130)") }
    }

    static let readmeLength = Rule(name: "the README has at most 120 lines and shows code by line 30") { tree in
        guard let readme = tree.file("README.md") else { return [] }
        var violations: [Violation] = []
        if readme.lineCount > 120 {
            violations.append(readme.violation(121, "\(readme.lineCount) lines: move the rest to a guide (at most 120)"))
        }
        if let code = readme.lines.firstIndex(of: "```swift"), code >= 30 {
            violations.append(readme.violation(code + 1, "the first code stands late: bring it up to line 30"))
        }
        return violations
    }
}
