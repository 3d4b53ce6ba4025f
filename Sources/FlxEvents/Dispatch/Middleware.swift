public import FlxCore

/// A layer around publishing and around handling: a small value that sees the events and may change or refuse them.
///
/// Each side gets the rest of the way as `next`, calls it once, and may work before and after. A nil side costs nothing.
public struct Middleware: Sendable {
    /// The rest of a publish.
    public typealias PublishNext = @Sendable ([Publication]) async throws(FlxError) -> PublishReceipt
    /// The rest of a call of a handler.
    public typealias HandleNext = @Sendable (Publication) async throws -> Void

    /// A side that stands around calls of a handler.
    typealias HandleSide = @Sendable (Publication, _ handler: String, HandleNext) async throws -> Void

    let publish: (@Sendable ([Publication], PublishNext) async throws(FlxError) -> PublishReceipt)?
    let handle: HandleSide?

    /// Creates a middleware from its sides.
    ///
    /// - Parameters:
    ///   - publish: Called around a publish, before anything is recorded. An error of it stops the publish. An error after `next` has
    ///     returned is logged, and the publisher gets the receipt: the events were published.
    ///   - handle: Called around each call of each handler on the bus. An error of it counts as the handler's error.
    public init(
        publish: (@Sendable ([Publication], PublishNext) async throws(FlxError) -> PublishReceipt)? = nil,
        handle: (@Sendable (Publication, _ handler: String, HandleNext) async throws -> Void)? = nil
    ) {
        self.publish = publish
        self.handle = handle
    }
}

extension Middleware {
    /// Changes each event before it is recorded, such as to add a tag or an extension.
    public static func enrich(_ change: @escaping @Sendable (inout Event) throws(FlxError) -> Void) -> Middleware {
        Middleware(publish: { publications, next throws(FlxError) in
            var publications = publications
            for index in publications.indices { try change(&publications[index].event) }
            return try await next(publications)
        })
    }

    /// Checks each event before it is recorded. An error refuses the whole publish.
    public static func validate(_ check: @escaping @Sendable (Event) throws(FlxError) -> Void) -> Middleware {
        Middleware(publish: { publications, next throws(FlxError) in
            for publication in publications { try check(publication.event) }
            return try await next(publications)
        })
    }
}

extension [Middleware] {
    /// The way of a publish through all of them.
    func around(_ core: @escaping Middleware.PublishNext) -> Middleware.PublishNext {
        var way = core
        for case let publish? in reversed().map(\.publish) {
            let next = way
            way = { publications throws(FlxError) in try await publish(publications, next) }
        }
        return way
    }

    /// The handler with all of them around it.
    func around(_ handler: EventHandler) -> EventHandler {
        let sides = reversed().compactMap(\.handle)
        guard !sides.isEmpty else { return handler }
        let core: Middleware.HandleNext =
            switch handler.body {
            case .synchronous(let body): { publication in try body(publication) }
            case .asynchronous(let body): body
            }
        let body = sides.reduce(core) { next, side in
            { publication in try await side(publication, handler.name, next) }
        }
        return EventHandler(
            name: handler.name, pattern: handler.pattern, schemaVersion: handler.schemaVersion, options: handler.options,
            body: .asynchronous(body))
    }
}
