import Foundation

/// The files of the project, or of a small invented one.
struct ProjectTree: Sendable {
    let files: [SourceFile]

    /// Makes a tree of texts, for showing that a rule bites.
    init(_ texts: [String: String]) {
        files = texts.sorted { $0.key < $1.key }.map { SourceFile(path: $0.key, text: $0.value) }
    }

    /// The tree that this file stands in, read once.
    static let real = ProjectTree(texts(under: root))

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    var swiftFiles: [SourceFile] { files.filter { $0.isSwift && $0.path != "Package.swift" } }
    var sources: [SourceFile] { swiftFiles.filter { $0.path.hasPrefix("Sources/") } }
    var tests: [SourceFile] { swiftFiles.filter { $0.path.hasPrefix("Tests/") } }
    func file(_ path: String) -> SourceFile? { files.first { $0.path == path } }

    /// Every text file but those of build folders and of version control.
    private static func texts(under folder: URL) -> [String: String] {
        let prefix = folder.path(percentEncoded: false)
        var texts: [String: String] = [:]
        let entries = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isDirectoryKey])
        while let entry = entries?.nextObject() as? URL {
            let name = entry.lastPathComponent
            if name.hasPrefix("."), name != ".ci" {
                entries?.skipDescendants()
                continue
            }
            guard (try? entry.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == false,
                let bytes = try? Data(contentsOf: entry), let text = String(validating: bytes, as: UTF8.self)
            else { continue }
            texts[String(entry.path(percentEncoded: false).dropFirst(prefix.count))] = text
        }
        return texts
    }
}
