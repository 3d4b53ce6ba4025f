/// The text of the demonstration: numbered steps, with lines below them.
struct DemoStage {
    let console: Console
    let isSilent: Bool

    func title(_ text: String) throws {
        try put(Style.bold.of(Escape.visible(text), on: console))
    }

    func step(_ number: Int, _ name: String, _ text: String) throws {
        try put("")
        try put(Style.bold.of("\(number)  \(name)", on: console) + "  " + Style.dim.of(text, on: console))
        try flush()
    }

    func line(_ text: String) throws { try put("   " + Escape.visible(text)) }

    func end(_ text: String) throws {
        try put("")
        try put(Escape.visible(text))
        try flush()
    }

    func table(_ columns: [Column], _ rows: [[String]]) throws {
        let rows = rows.map { $0.map { Escape.visible($0) } }
        let table = Table(columns, fitting: rows, limit: nil)
        try put("   " + Style.dim.of(table.header, on: console))
        for row in rows { try put("   " + table.line(row)) }
    }

    private func put(_ text: String) throws {
        if !isSilent { try console.line(text) }
    }

    private func flush() throws { try console.flush() }
}
