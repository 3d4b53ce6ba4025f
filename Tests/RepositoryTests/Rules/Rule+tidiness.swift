extension Rule {
    static let debts = Rule(name: "no debt is left in a comment") { tree in
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
        return (tree.swiftFiles + tree.files.filter { $0.path.hasPrefix("scripts/") }).flatMap { file in
            file.lines.indices.flatMap { index in
                marks.filter { file.lines[index].containsWord($0) }
                    .map { file.violation(index + 1, "\($0): do it now, or open an issue and leave no mark") }
            }
        }
    }

    static let folderDepth = Rule(name: "folders are at most two deep under a target") { tree in
        tree.sources.filter { $0.folders.count > 4 }.map { $0.violation(1, "deeper than two folders under its target: move it up") }
    }

    static let names = Rule(name: "types are plain nouns") { tree in
        tree.swiftFiles.flatMap { file in
            file.declarations.filter { $0.isType && $0.keyword != "extension" }.flatMap { type in
                ["Protocol", "Manager", "Helper", "Helpers", "Util", "Utils"].filter { type.name.hasSuffix($0) && type.name != $0 }
                    .map { file.violation(type.line, "`\(type.name)` ends in \($0): name what it is") }
            }
        }
    }

    /// Words about the desk that the project was written at, not about the project.
    static let words = Rule(name: "the tree speaks of the project alone") { tree in
        let words = ["cla" + "ude", "assis" + "tant", "l" + "lm", "fx-" + "land", "fx-" + "new"]
        let places = ["/wo" + "rk/", "/ro" + "ot/"]
        return tree.files.flatMap { file in
            file.lines.indices.flatMap { index in
                let line = file.lines[index].lowercased()
                return (words.filter { Substring(line).containsWord($0) } + places.filter(line.contains))
                    .map { file.violation(index + 1, "\"\($0)\" has no meaning to a reader of the project: leave it out") }
            }
        }
    }
}

extension Substring {
    /// Whether the text has the word with no letter on either side.
    fileprivate func containsWord(_ word: String) -> Bool {
        ranges(of: word).contains { range in
            self[..<range.lowerBound].last?.isLetter != true && self[range.upperBound...].first?.isLetter != true
        }
    }
}
