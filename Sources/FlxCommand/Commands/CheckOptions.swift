import ArgumentParser
import FlxEvents

/// Whether a command compares events with the schemas that are registered in the store.
struct CheckOptions: ParsableArguments {
    @Flag(help: "Takes events that do not fit the schema that is registered for their type and version.")
    var unchecked = false

    @OptionGroup var resolution: ResolveOptions

    /// What compares events with the schemas of a store; nil where that is not wanted.
    func check(in store: any EventStore) async throws -> SchemaCheck? {
        guard !unchecked else { return nil }
        let schemas = try await SchemaRegistry(in: store).entries().map(\.schema)
        return SchemaCheck(registered: schemas, resolving: try resolution.resolver())
    }
}

/// Where schemas find the documents that they refer to.
struct ResolveOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where documents lie that schemas refer to by URIs which begin so; may be repeated.", valueName: "uri-prefix=dir"))
    var resolve: [String] = []

    /// What finds them; it knows nothing where nothing is given.
    /// - Throws: ``Failure`` for a rule of another form.
    func resolver() throws -> SchemaResolver { try SchemaFile.resolver(resolve) }
}
