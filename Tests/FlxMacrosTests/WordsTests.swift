@testable import FlxMacrosPlugin
import Testing

@Test(arguments: [
    ("pipelineID", ["pipeline", "id"]), ("PipelineStepAdded", ["pipeline", "step", "added"]), ("HTTPRoute2", ["http", "route2"]),
    ("userURLText", ["user", "url", "text"]), ("a", ["a"]), ("already_snake", ["already", "snake"]), ("_private", ["private"]),
    ("step2Done", ["step2", "done"]), ("ID", ["id"]), ("größeÄndern", ["größe", "ändern"]), ("", []),
])
func `names fall into words`(name: String, expected: [String]) {
    #expect(words(of: name) == expected)
}
