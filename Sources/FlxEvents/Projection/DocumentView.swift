public import FlxCore

/// A read model of documents under keys that its store keeps together with the checkpoint: each event changes it exactly once.
///
/// ```swift
/// struct OpenOrders: DocumentView {
///     struct Document: Codable, Sendable { var customer: String, total = 0 }
///     static let name = "open-orders"
///
///     static func entries(of order: Document) -> [ViewEntry] { [ViewEntry("customer", order.customer)] }
///
///     func apply(_ recorded: RecordedEvent, to orders: inout ViewDraft<Document>) throws -> Bool {
///         switch recorded.event.type {
///         case OrderPlaced.eventType:
///             let placed = try recorded.event.decode(as: OrderPlaced.self)
///             orders[placed.order] = Document(customer: placed.customer, total: placed.total)
///         case OrderClosed.eventType: orders[try recorded.event.decode(as: OrderClosed.self).order] = nil
///         default: return false
///         }
///         return true
///     }
/// }
/// ```
///
/// A ``ViewRunner`` feeds it. Only what a page of events touches is read and written, in one transaction a page.
public protocol DocumentView: Sendable {
    /// The type of its documents.
    associatedtype Document: Codable, Sendable

    /// The name of the view, 1 to 256 printable bytes; it never changes.
    static var name: String { get }
    /// The version of the fold, from 1: a greater one is built from the first event, beside the one before.
    static var version: Int { get }
    /// The events that the view is made of; all when it does not say.
    static var selection: Selection { get }

    /// The entries of a document in the indexes of the view; none by default.
    static func entries(of document: Document) -> [ViewEntry]

    /// Takes one event and says whether it is one that the view handles.
    ///
    /// It depends on the event and on the draft alone and changes the draft alone, since it is called again whenever it asked for a
    /// document that was not read yet. Events come in the order of their positions. An error stops the run before the event.
    func apply(_ recorded: RecordedEvent, to documents: inout ViewDraft<Document>) throws -> Bool
}

extension DocumentView {
    /// The first version.
    public static var version: Int { 1 }
    /// Every event.
    public static var selection: Selection { .all }
    /// Nowhere.
    public static func entries(of document: Document) -> [ViewEntry] { [] }
}
