/// Names for the locals of an expansion that no property has.
struct FreeNames {
    private let taken: Set<String>

    /// Keeps clear of the properties.
    init(beside properties: [StoredProperty]) {
        taken = Set(properties.map(\.bareName))
    }

    /// The name itself, or with as many underscores as make it free.
    func callAsFunction(_ name: String) -> String {
        taken.contains(name) ? self(name + "_") : name
    }
}
