import FlxCore
import FlxSchema
import Foundation
import SharedData
import Testing

/// The public suite of JSON Schema 2020-12, in its required part; remote documents come from its folder.
@Suite("Public suite of JSON Schema", .sharedData)
struct SchemaSuiteTests {
    private static let remotes = SchemaResolver { uri throws(FlxError) in
        let prefix = "http://localhost:1234/"
        guard uri.hasPrefix(prefix), !uri.contains(".."),
            let file = SharedData.file("vectors/json-schema-2020-12-remotes/" + uri.dropFirst(prefix.count)),
            let bytes = try? Data(contentsOf: file)
        else { return nil }
        return try EventValue(json: Array(bytes))
    }

    private static func files() throws -> [URL] {
        let folder = try SharedData.required("vectors/json-schema-2020-12")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
    }

    @Test("Every value is accepted or refused as the suite says")
    func verdicts() throws {
        var count = 0
        for file in try Self.files() {
            for group in try EventValue(json: Array(try Data(contentsOf: file))).array ?? [] {
                let name = "\(file.lastPathComponent): \(group["description"]?.string ?? "")"
                let schema = try Self.schema(of: group, name)
                for test in group["tests"]?.array ?? [] {
                    let value = try #require(test["data"])
                    let violations = try schema.violations(of: value)
                    let isValid = test["valid"]?.bool
                    #expect(violations.isEmpty == isValid, "\(name): \(test["description"]?.string ?? "") \(violations)")
                    #expect(try schema.accepts(value) == isValid, "\(name): \(test["description"]?.string ?? "") in short")
                    count += 1
                }
            }
        }
        #expect(count > 800)
    }

    private static func schema(of group: EventValue, _ name: String) throws -> JSONSchema {
        do {
            return try JSONSchema(try #require(group["schema"]), resolving: remotes)
        } catch {
            Issue.record("\(name): \(error)")
            throw error
        }
    }

    @Test("A violation names the places in the value and in the schema that the suite's cases are about")
    func places() throws {
        for file in try Self.files() {
            for group in try EventValue(json: Array(try Data(contentsOf: file))).array ?? [] {
                let schema = try Self.schema(of: group, file.lastPathComponent)
                for test in group["tests"]?.array ?? [] {
                    let value = try #require(test["data"])
                    for violation in try schema.violations(of: value) {
                        #expect(value[pointer: violation.instance] != nil || violation.message.contains("name"), "\(violation)")
                        #expect(violation.schema.contains("#"), "\(violation)")
                    }
                }
            }
        }
    }
}
