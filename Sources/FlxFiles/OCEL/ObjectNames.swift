import FlxCore

/// The names of a log's objects in their order. It takes several surveys if there are more than a limited number for memory.
///
/// A survey shows all names. The first ones after those of earlier surveys are kept.
struct ObjectNames {
    private let most: Int
    private var types: [ExactText: String] = [:]
    /// The last name returned.
    private var last: ExactText?
    /// The first name without room.
    private var bound: ExactText?
    /// True if all names were given.
    private(set) var isComplete = false

    init(most: Int) {
        self.most = max(1, most)
    }

    /// Takes note of a name; of several types the first counts.
    mutating func add(_ name: String, _ type: String) {
        let name = ExactText(name)
        if let last, name <= last { return }
        if let bound, name >= bound { return }
        guard types[name] == nil else { return }
        types[name] = type
        if types.count >= 2 * most { cut() }
    }

    /// The names of this survey with their types, in their order.
    mutating func take() -> [(name: String, type: String)] {
        cut()
        let names = types.sorted { $0.key < $1.key }.map { (name: $0.key.description, type: $0.value) }
        isComplete = bound == nil
        (last, bound, types) = (names.last.map { ExactText($0.name) } ?? last, nil, [:])
        return names
    }

    private mutating func cut() {
        guard types.count > most else { return }
        let end = types.keys.sorted()[most]
        types = types.filter { $0.key < end }
        bound = end
    }
}
