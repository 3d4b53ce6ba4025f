extension MemoryLog {
    /// Returns the faults of the events at some indexes.
    func faults(in range: Range<Int>) -> [VerificationReport.Fault] {
        range.flatMap { index in
            faults(of: events[index], at: index).map { .init(position: Self.position(index), message: $0) }
        }
    }

    private func faults(of recorded: RecordedEvent, at index: Int) -> [String] {
        let event = recorded.event
        var faults: [String] = []
        if recorded.position != Self.position(index) { faults.append("the event names the position \(recorded.position)") }
        if indexes[event.id] != index { faults.append("the id \(event.id) does not lead to the event") }
        if !Self.contains(index, in: types[event.type]) { faults.append("the type \(event.type) does not lead to the event") }
        for tag in event.tags where !Self.contains(index, in: tags[tag]) { faults.append("the tag \(tag) does not lead to the event") }
        let stream = event.stream.flatMap { streams[$0] } ?? []
        let place = Int(clamping: recorded.version.value) - 1
        if !stream.indices.contains(place) || stream[place] != index {
            faults.append("the event is not number \(recorded.version) of its stream")
        }
        return faults
    }

    private static func contains(_ index: Int, in list: [Int]?) -> Bool {
        list.map { !MemoryCandidates(lists: [$0], in: index..<index + 1).isEmpty } ?? false
    }
}
