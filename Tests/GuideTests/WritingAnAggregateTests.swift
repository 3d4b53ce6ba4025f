import FlxEvents
import FlxSQLite
import FlxTesting
import Foundation
import Testing

private struct AccountOpened: DomainEvent, Codable {
    static let eventType: EventType = "account.opened"
    let owner: String
}

private struct MoneyPaidIn: DomainEvent, Codable {
    static let eventType: EventType = "account.money.paid-in"
    let amount: Int
}

private struct MoneyPaidOut: DomainEvent, Codable {
    static let eventType: EventType = "account.money.paid-out"
    let amount: Int
}

private struct Account: Aggregate, Codable {
    enum Command: Sendable {
        case open(owner: String)
        case payIn(Int)
        case payOut(Int)
    }

    enum Refusal: Error {
        case notOpen
        case tooLittle(balance: Int)
    }

    static let name = "account"
    static let events: [any DomainEvent.Type] = [AccountOpened.self, MoneyPaidIn.self, MoneyPaidOut.self]

    private var isOpen = false
    private(set) var balance = 0

    mutating func evolve(_ event: any DomainEvent) {
        switch event {
        case is AccountOpened: isOpen = true
        case let paid as MoneyPaidIn: balance += paid.amount
        case let paid as MoneyPaidOut: balance -= paid.amount
        default: break
        }
    }

    func decide(_ command: Command) throws -> [any DomainEvent] {
        switch command {
        case .open(let owner):
            return isOpen ? [] : [AccountOpened(owner: owner)]
        case .payIn(let amount):
            guard isOpen else { throw Refusal.notOpen }
            return [MoneyPaidIn(amount: amount)]
        case .payOut(let amount):
            guard amount <= balance else { throw Refusal.tooLittle(balance: balance) }
            return [MoneyPaidOut(amount: amount)]
        }
    }
}

@Suite struct WritingAnAggregateTests {
    @Test func commandsOnAnAccount() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("flx-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = path + "/accounts.db"

        let store = try await SQLiteEventStore.open(.init(path: file))
        let accounts = try Repository<Account>(on: store)

        try await accounts.execute(.open(owner: "Ada"), on: "17")
        try await accounts.execute(.payIn(50), on: "17")
        let outcome = try await accounts.execute(.payOut(20), on: "17")
        print(outcome.state.balance)  // 30

        #expect(outcome.state.balance == 30 && outcome.events.map(\.type) == ["account.money.paid-out"])

        do {
            try await accounts.execute(.payOut(1_000), on: "17")
        } catch Account.Refusal.tooLittle(let balance) {
            print("only \(balance) is there")
        }

        let yesterday = try await accounts.load("17", asOf: .version(2))
        #expect(yesterday.state.balance == 50)

        let quick = try Repository<Account>(on: store, snapshots: Snapshots(in: store, when: .every(100)))
        #expect(try await quick.load("17").state.balance == 30)

        let bus = HybridEventBus(store: store)
        let announced = try Repository<Account>(on: store, publishingOn: bus)
        bus.subscribe { (paid: MoneyPaidIn) in print("paid in: \(paid.amount)") }
        try await announced.execute(.payIn(5), on: "17")
        #expect(try await quick.load("17").state.balance == 35)
        await store.close()
    }

    @Test func anAccountIsNeverOverdrawn() throws {
        let open = try AggregateTest<Account>().given(AccountOpened(owner: "Ada"), MoneyPaidIn(amount: 50))
        try open.when(.payOut(20)).then(MoneyPaidOut(amount: 20)).then("30 is left") { $0.balance == 30 }
        try open.when(.payOut(51)).thenFails { $0 is Account.Refusal }
        try open.when(.open(owner: "Ada")).then()
        #expect(open.aggregate.balance == 50)
    }
}
