/// The kind of change of an event, across all types: the `event_type` of the reflection form (see ``ReflectionForm``).
public enum EventCategory: String, CaseIterable, Hashable, Sendable {
    /// A thing came into being.
    case created = "CREATED"
    /// A thing changed.
    case updated = "UPDATED"
    /// A thing ceased to be.
    case deleted = "DELETED"
    /// A thing was switched on.
    case activated = "ACTIVATED"
    /// A thing was switched off.
    case deactivated = "DEACTIVATED"
    /// Work began.
    case started = "STARTED"
    /// Work ended well.
    case completed = "COMPLETED"
    /// Work ended with an error.
    case failed = "FAILED"
    /// Work was stopped before its end.
    case cancelled = "CANCELLED"
    /// Work started again after a failure.
    case retried = "RETRIED"
    /// Settings changed.
    case configured = "CONFIGURED"
    /// A thing moved to another form or place.
    case migrated = "MIGRATED"
    /// A copy was put aside.
    case backedUp = "BACKED_UP"
    /// A copy was brought back.
    case restored = "RESTORED"
}
