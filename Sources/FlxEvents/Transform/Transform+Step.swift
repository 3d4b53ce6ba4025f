public import FlxCore

extension Transform {
    /// One change of an event. Beside each stands its form in JSON.
    public enum Step: Hashable, Sendable {
        /// Moves a value to a place that is free: `{"rename":"/sum","to":"/total"}`.
        case rename(Reference, to: Reference)
        /// Takes a value away: `{"drop":"/internal"}`.
        case drop(Reference)
        /// Puts a value, whether there is one or not: `{"set":"/origin","value":"shop"}`.
        case set(Reference, EventValue)
        /// Puts a value where there is none: `{"default":"/currency","value":"EUR"}`.
        case `default`(Reference, EventValue)
        /// Puts a value that stands somewhere else: `{"copy":"/customer/id","to":"userid"}`.
        case copy(Reference, to: Reference)
        /// Puts what a function makes of other values, if they are there: `{"compute":"/total","by":"product","of":["/price","/count"]}`.
        case compute(Reference, Function, of: [Reference])
        /// Gives the event another type, another schema version, or both: `{"retype":"order.created","version":2}`.
        case retype(EventType?, version: Int?)
        /// Writes the data in another content type: `{"convert":"cbor"}`.
        case convert(ContentType)
        /// Makes an event of each element of a list, which stands at a place of its own instead of the list, and with another type where
        /// one is given: `{"split":"/lines","to":"/line","type":"order.line.added"}`. Each event's id is made of the id of the whole
        /// and the number of the element, so that it is the same whenever the same event is split.
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
        /// A text as the number that it stands for.
        case number
        /// Numbers added, exact to 38 digits.
        case sum
        /// The first number less the others, exact to 38 digits.
        case difference
        /// Numbers multiplied, exact to 38 digits.
        case product
        /// The number of elements of an array, fields of an object, or characters (Unicode scalars) of a text.
        case count
        /// The first value that is there and not null.
        case first
    }
}
