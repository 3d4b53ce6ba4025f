extension TextPattern {
    /// A text with a match of the pattern, along the last way at each fork; nil if the pattern does not match it.
    var example: String? {
        var (place, text) = (0, String.UnicodeScalarView())
        let ordinary = ["a", "A", "0", "-"].map { ($0 as Unicode.Scalar).value } + Array(0x20...0x7E)
        for _ in 0..<Self.maximumInstructions {
            switch program[place] {
            case .scalar(let value):
                guard let scalar = Unicode.Scalar(value) else { return nil }
                text.append(scalar)
                place += 1
            case .set(let index):
                guard let value = ordinary.first(where: sets[index].contains), let scalar = Unicode.Scalar(value) else { return nil }
                text.append(scalar)
                place += 1
            case .split(_, let last): place = last
            case .jump(let target): place = target
            case .look(let next, _): place = next
            case .start, .end, .boundary: place += 1
            case .match: return matchesInTime(String(text)) == true ? String(text) : nil
            }
        }
        return nil
    }
}
