/// The scope of the current task: a given context, or the handling of an event.
///
/// The context of a handler is made when somebody asks for it, and costs nothing until then.
enum Scope: Sendable {
    indirect case given(EventContext)
    case handling(Publication)

    @TaskLocal static var current: Scope?

    /// The context of events published here.
    var context: EventContext {
        switch self {
        case .given(let context): context
        case .handling(let publication): EventContext(handling: publication.event)
        }
    }

    /// True while a handler is running.
    var isHandling: Bool {
        switch self {
        case .given(let context): context.isHandling
        case .handling: true
        }
    }
}
