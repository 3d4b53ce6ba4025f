import Foundation
import Testing

@Suite struct HouseRulesTests {
    @Test(arguments: Rule.all)
    func `the project keeps the rule`(_ rule: Rule) {
        for violation in rule.check(.real) {
            // Reported at the place itself, so that an editor leads there.
            let path = ProjectTree.root.path + "/" + violation.path
            let place = SourceLocation(fileID: "flx-events/" + violation.path, filePath: path, line: violation.line, column: 1)
            Issue.record(Comment(rawValue: violation.description), sourceLocation: place)
        }
    }

    @Test func `the rules look at the real tree`() {
        #expect(ProjectTree.real.sources.contains { $0.path == "Sources/FlxCore/FlxError.swift" })
        #expect(ProjectTree.real.file("Package.swift") != nil)
        #expect(ProjectTree.real.file(".ci/run") != nil)
    }
}
