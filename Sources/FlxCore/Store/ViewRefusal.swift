/// The reasons for refusing calls on views, in the same words for all drivers. A text says so if another runner may be the cause.
package enum ViewRefusal {
    private static func rival(_ code: FlxError.Code, _ message: String) -> FlxError { FlxError(code, message).from(.rival) }

    /// Checks that a generation may take a step.
    package static func check(_ step: ViewStep, on generation: ViewGeneration, isHeld: Bool) throws(FlxError) {
        guard generation.checkpoint == step.after else { throw hasMoved(generation, from: step.after) }
        guard !isHeld else {
            throw rival(
                .viewConflict,
                "view '\(generation.view)': generation \(generation.id) is held at \(generation.checkpoint) until another takes its place")
        }
        guard step.events.isEmpty || generation.role == .current else {
            throw rival(
                .viewConflict, "view '\(generation.view)': generation \(generation.id) is being built, and may not append events")
        }
        guard let position = generation.switchPosition, step.through > position else { return }
        throw rival(
            .viewConflict, "view '\(generation.view)': generation \(generation.id) may go no further than \(position) before the switch")
    }

    package static var damagedEntry: FlxError {
        FlxError(.corrupt, "the entry of a view is damaged: flx repair takes the view away, and its runner builds it anew")
    }

    package static func hasMoved(_ generation: ViewGeneration, from position: Position) -> FlxError {
        rival(
            .viewConflict,
            "view '\(generation.view)': generation \(generation.id) is at \(generation.checkpoint), the step begins at \(position)")
    }

    package static func alreadyBuilding(_ view: String) -> FlxError {
        rival(.viewConflict, "view '\(view)': a generation is being built already: let it continue, or drop it")
    }

    package static func noGeneration(_ id: ViewGeneration.ID) -> FlxError {
        rival(.notFound, "there is no generation \(id) of a view: it was dropped, or another took its place")
    }

    package static func noView(_ view: String) -> FlxError {
        rival(.notFound, "there is no view '\(view)': run its projection once")
    }

    package static func isNotBuilt(_ id: ViewGeneration.ID) -> FlxError {
        rival(.notFound, "generation \(id) of a view is not being built: it is the current one already")
    }

    package static func isAhead(_ generation: ViewGeneration, of current: ViewGeneration) -> FlxError {
        rival(
            .viewConflict,
            """
            view '\(generation.view)': generation \(generation.id) stands at \(generation.checkpoint), further than the current one at \
            \(current.checkpoint); let that catch up
            """)
    }

    package static func isNotThere(_ generation: ViewGeneration) -> FlxError {
        let place = generation.switchPosition.map { "the switch happens at \($0)" } ?? "the current one is not held"
        return rival(
            .viewConflict, "view '\(generation.view)': generation \(generation.id) is at \(generation.checkpoint), and \(place)")
    }
}

extension FlxError.Code {
    /// The generation of a view has another position or role than the caller expects.
    public static let viewConflict = Self("viewConflict")
}
