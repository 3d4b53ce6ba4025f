import ArgumentParser
import FlxEvents

/// Whether a command compares events with the schemas that are registered in the store.
struct CheckOptions: ParsableArguments {
    @Flag(help: "Takes events that do not fit the schema that is registered for their type and version.")
    var unchecked = false

    /// What compares events with the schemas of a store; nil where that is not wanted.
    func check(in store: any EventStore) async throws -> SchemaCheck? {
        guard !unchecked else { return nil }
        return try SchemaCheck(try await SchemaRegistry(in: store).entries().map(\.schema))
    }
}
