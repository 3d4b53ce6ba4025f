public import FlxCore

extension Transform {
    /// One change of an event. Each has its form in JSON beside it.
    public enum Step: Hashable, Sendable {
        /// Moves a value to a free place: `{"rename":"/sum","to":"/total"}`.
        case rename(Reference, to: Reference)
        /// Takes a value away: `{"drop":"/internal"}`.
        case drop(Reference)
        /// Puts a value, with or without a present one: `{"set":"/origin","value":"shop"}`.
        case set(Reference, EventValue)
        /// Puts a value if there is none: `{"default":"/currency","value":"EUR"}`.
        case `default`(Reference, EventValue)
        /// Puts a copy of another value: `{"copy":"/customer/id","to":"userid"}`.
        case copy(Reference, to: Reference)
        /// Puts the result of a function of other values, if they exist: `{"compute":"/total","by":"product","of":["/price","/count"]}`.
        case compute(Reference, Function, of: [Reference])
        /// Gives the event another type, another schema version, or both: `{"retype":"order.created","version":2}`.
        case retype(EventType?, version: Int?)
        /// Writes the data in another content type: `{"convert":"cbor"}`.
        case convert(ContentType)
        /// Makes an event of each element of a list, with the element at a place of its own instead of the list, and with another type if
        /// given: `{"split":"/lines","to":"/line","type":"order.line.added"}`. Each event's id is computed from the id of the whole and the
        /// number of the element, so it is the same on each split of the same event.
        case split(Reference, to: Reference, type: EventType?)
        /// Does steps to events of some types alone: `{"when":"order.*","do":[…]}`.
        case when(EventPattern, [Step])

        /// The same steps inside out cannot be nested deeper than this.
        static let deepest = 16
    }

    /// The functions of ``Step/compute(_:_:of:)``.
    public enum Function: String, CaseIterable, Hashable, Sendable {
        /// Texts, numbers and booleans one behind the other, as a text.
        case concat
        /// A text in lower case.
        case lowercase
        /// A text in upper case.
        case uppercase
        /// A text without white space at its ends.
        case trim
        /// A number or boolean as a text.
        case text
        /// The number in a text.
        case number
        /// Numbers added, exact to 38 digits.
        case sum
        /// The first number less the others, exact to 38 digits.
        case difference
        /// Numbers multiplied, exact to 38 digits.
        case product
        /// The number of elements of an array, fields of an object, or characters (Unicode scalars) of a text.
        case count
        /// The first value present and not null.
        case first
    }
}
