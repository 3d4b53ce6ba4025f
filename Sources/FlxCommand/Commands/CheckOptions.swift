import ArgumentParser
import FlxEvents

/// The options for checking events against the schemas registered in the store.
struct CheckOptions: ParsableArguments {
    @Flag(help: "Accepts events that do not fit the registered schema of their type and version.")
    var unchecked = false

    @OptionGroup var resolution: ResolveOptions

    /// The check of events against the schemas of a store; nil if it is not wanted.
    func check(in store: any EventStore) async throws -> SchemaCheck? {
        guard !unchecked else { return nil }
        let schemas = try await SchemaRegistry(in: store).entries().map(\.schema)
        return SchemaCheck(registered: schemas, resolving: try resolution.resolver())
    }
}

/// The option for documents referred to in schemas.
struct ResolveOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where documents lie that schemas refer to by URIs which begin so; may be repeated.", valueName: "uri-prefix=dir"))
    var resolve: [String] = []

    /// The resolver of the documents. Without the option it knows none.
    /// - Throws: ``Failure`` for a rule of another form.
    func resolver() throws -> SchemaResolver { try SchemaFile.resolver(resolve) }
}
