import ArgumentParser
import FlxCore

struct Info: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the size of the store.",
        discussion: """
            Example: flx info -o json

              {"path":"flx.db","events":65533,"streams":7554,"types":13,
               "lastPosition":65533,"bytes":24817664}
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await common.withStore { store in
            let figures = try await store.statistics()
            var sheet = Sheet()
            sheet.add("path", "store", .string(common.path))
            sheet.add("events", "events", figures.events)
            sheet.add("streams", "streams", figures.streams)
            sheet.add("types", "types", figures.types)
            sheet.add("lastPosition", "last position", figures.lastPosition.value)
            sheet.add("bytes", "size", .int(figures.bytes), Quantity.bytes(figures.bytes))
            try sheet.write(as: common.format, to: common.console)
        }
    }
}
