import DequeModule
import FlxCore

/// The state of a key whose events do not go through a lane.
enum KeyState {
    /// Its first event failed; it and all later ones wait for the next attempt.
    case aside(Aside)
    /// An event of it is parked, and all later ones are parked behind it.
    case blocked(Blocked)

    /// The events of a key, of which the first failed.
    struct Aside {
        /// The treatment of the first event.
        enum Phase: Equatable {
            /// The pause before the next attempt runs.
            case pausing
            /// The next attempt is due.
            case due
            case running
            /// It is on its way to the parking place.
            case parking
        }

        var items: Deque<SubscriptionItem>
        var attempts = 0
        var phase = Phase.pausing
    }

    /// The parked events of a key, as far as this run has to know them.
    struct Blocked {
        /// True while an operator handles its parked events.
        var isHeld = false
        /// True if more were parked since somebody last read what is parked.
        var hasMore = false
    }
}
