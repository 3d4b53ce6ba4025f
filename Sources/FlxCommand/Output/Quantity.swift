/// Numbers for people.
enum Quantity {
    /// A number with its thousands parted by commas.
    static func grouped(_ number: Int64) -> String {
        let digits = String(number.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }

    /// A number of things: `1 event`, `2,000 events`.
    static func count(_ number: Int, _ thing: String) -> String {
        number == 1 ? "1 \(thing)" : "\(grouped(Int64(number))) \(thing)s"
    }

    /// The faults found by a verification; it ends at a thousand.
    static func faults(_ number: Int) -> String { count(number, "fault") + (number < 1000 ? "" : " or more") }

    /// Bytes in the largest decimal unit with a value of at least one.
    static func bytes(_ number: Int64) -> String {
        var (value, unit) = (Double(number), "B")
        for larger in ["kB", "MB", "GB", "TB"] where value >= 1000 {
            (value, unit) = (value / 1000, larger)
        }
        return unit == "B" ? "\(number) B" : "\(decimal(value, value < 100 ? 1 : 0)) \(unit)"
    }

    /// A count of seconds as `12 s`, `3 min 05 s` or `2 h 07 min`.
    static func time(_ seconds: Double) -> String {
        let whole = Int64(max(0, min(seconds, 1e9)).rounded())
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if seconds < 9.95 { return decimal(max(0, seconds), 1) + " s" }
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(two(whole % 60)) s" }
        return "\(whole / 3600) h \(two(whole / 60 % 60)) min"
    }

    /// A number a second.
    static func rate(_ count: Int64, in seconds: Double) -> String {
        grouped(seconds > 0 ? Int64((Double(count) / seconds).rounded()) : 0) + "/s"
    }

    /// A number with some digits after the point.
    static func decimal(_ value: Double, _ digits: Int) -> String {
        var scale: Double = 1
        for _ in 0..<digits { scale *= 10 }
        let whole = Int64((value * scale).rounded())
        guard digits > 0 else { return grouped(whole) }
        let fraction = String(whole.magnitude % UInt64(scale))
        let sign = whole < 0 ? "-" : ""
        return sign + grouped(Int64(whole.magnitude / UInt64(scale))) + "."
            + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
