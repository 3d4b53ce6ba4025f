import Foundation

/// Makes measurements and writes each as a line of JSON.
///
/// `fill` makes the great log that some of them need; `table FILE…` puts measurements beside the goals.
@main
enum Main {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.first == "table" {
            return FileHandle.standardOutput.write(Data(try Table(Array(arguments.dropFirst())).text.utf8))
        }
        let plan = try Plan(arguments)
        try await CodecSuite(plan: plan).run()
        try await BusSuite(plan: plan).run()
        try await AppendSuite(plan: plan).run()
        try await ReplaySuite(plan: plan).run()
        try await TagsSuite(plan: plan).run()
        try await ImportSuite(plan: plan).run()
        try await SubscriptionSuite(plan: plan).run()
        try await AggregateSuite(plan: plan).run()
        try await ViewSuite(plan: plan).run()
        try await SchemaSuite(plan: plan).run()
    }
}
