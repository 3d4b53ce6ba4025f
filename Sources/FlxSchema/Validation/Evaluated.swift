import FlxCore

/// The members and elements of a value that some schema has evaluated.
struct Evaluated {
    private(set) var allMembers = false
    private(set) var members: Set<ExactText> = []
    /// The elements before this one.
    private(set) var prefix = 0
    private(set) var elements: Set<Int> = []

    /// The number of members and elements noted one by one.
    var count: Int { members.count + elements.count }

    mutating func note(_ member: ExactText) { members.insert(member) }
    mutating func noteAllMembers() { allMembers = true }
    mutating func note(_ element: Int) { elements.insert(element) }
    mutating func note(upTo count: Int) { prefix = max(prefix, count) }

    func has(_ member: ExactText) -> Bool { allMembers || members.contains(member) }
    func has(_ element: Int) -> Bool { element < prefix || elements.contains(element) }

    /// Adds the members and elements evaluated by another schema in the same value.
    mutating func formUnion(_ other: Evaluated) {
        allMembers = allMembers || other.allMembers
        members.formUnion(other.members)
        prefix = max(prefix, other.prefix)
        elements.formUnion(other.elements)
    }
}
