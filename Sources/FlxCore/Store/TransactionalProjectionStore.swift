/// A store that keeps read models together with how far they have come, so that each event changes a read model exactly once.
///
/// A *view* is a named read model. It has one current *generation*, which answers under its name; beside it another one may be built
/// from the log, which takes its place in one transaction. A generation holds documents under keys, each with entries by which it is
/// found.
///
/// **Commit.** A step moves a generation from one position to another and brings all its changes, or does nothing. It is refused unless
/// the generation stands where the step begins: of two that are made from the same place, one is done. So a step whose answer was lost
/// can be tried again, and whoever is late changes nothing.
///
/// **Switch.** Once the current generation is held it takes no step any more. The one being built is led to the same position and takes
/// its place there: all events up to it were the former's, all after it are the latter's. A build on which nobody has made a step for 30
/// seconds, by the store's clock, is abandoned: it holds nothing any more, and another one may begin in its place.
///
/// **Reading.** Whoever reads sees a generation after one of its steps, never between.
public protocol TransactionalProjectionStore: Sendable {
    /// The generations of a view, or of all views for nil, in the order in which they were begun.
    func generations(of view: String?) async throws(FlxError) -> [ViewGeneration]

    /// Begins a generation before the first event: the current one where the view has none, otherwise one that is built beside it.
    /// - Parameters:
    ///   - view: The name of the view, 1 to 256 printable bytes.
    ///   - version: The version of the fold, for those who look at it.
    /// - Throws: ``FlxError/Code/viewConflict`` when one is being built already and is not abandoned; ``FlxError/Code/invalidValue`` or
    ///   ``FlxError/Code/limitExceeded`` for a bad name.
    func beginGeneration(of view: String, version: Int) async throws(FlxError) -> ViewGeneration

    /// Makes a step: the changes, the events that go with them and the new position are committed together, or nothing is.
    /// - Returns: The places of the events.
    /// - Throws: ``FlxError/Code/viewConflict`` when the generation stands elsewhere or is held, or when the step brings events and the
    ///   generation is not the current one; ``FlxError/Code/notFound`` when there is no such generation; ``FlxError/Code/invalidValue``
    ///   or ``FlxError/Code/limitExceeded`` for a bad key or entry, or for more or larger documents than a ``StoreChange`` may have; what
    ///   appending throws.
    @discardableResult
    func commit(_ step: ViewStep) async throws(FlxError) -> AppendResult

    /// Holds the current generation where it stands, until the one being built takes its place, is dropped or abandoned. Called again, it
    /// keeps that one from being abandoned.
    /// - Returns: The position at which they switch.
    /// - Throws: ``FlxError/Code/viewConflict`` when the one being built stands further; ``FlxError/Code/notFound`` when it is not being
    ///   built.
    func holdForSwitch(to generation: ViewGeneration.ID) async throws(FlxError) -> Position

    /// Makes the generation being built the current one, in one transaction, and drops the former.
    /// - Throws: ``FlxError/Code/viewConflict`` unless it stands at the held position; ``FlxError/Code/notFound`` when it is not being
    ///   built.
    func switchView(to generation: ViewGeneration.ID) async throws(FlxError)

    /// Drops a generation with all its documents; nothing happens when there is none. Without its current generation a view answers
    /// to nobody, and the next generation that is begun is the current one, also beside one that is being built; that is no longer held.
    func dropGeneration(_ generation: ViewGeneration.ID) async throws(FlxError)

    /// Drops a generation that is being built, as ``dropGeneration(_:)`` does; nothing happens when it is the current one by now.
    func dropBuild(_ generation: ViewGeneration.ID) async throws(FlxError)

    /// The documents under keys, in the order of the keys; nil where there is none. All as of one moment.
    /// - Throws: ``FlxError/Code/notFound`` when there is no such generation; ``FlxError/Code/limitExceeded`` for more keys than
    ///   ``StoreLimits/stateKeys``, less one.
    func documents(_ keys: [String], of source: ViewSource) async throws(FlxError) -> [ViewDocument?]

    /// A page of documents, in the order of their keys, or of an index.
    /// - Throws: ``FlxError/Code/notFound`` when there is no such generation; ``FlxError/Code/invalidValue`` for a limit below 1.
    func documents(_ query: ViewQuery, of source: ViewSource) async throws(FlxError) -> ViewPage
}

extension FlxError.Code {
    /// The generation of a view is not where, or not what, the caller took it for.
    public static let viewConflict = Self("viewConflict")
}
