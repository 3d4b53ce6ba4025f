import FlxEvents
import FlxTesting
import Synchronization

// A driver is right when it keeps every rule of its contract. `reopen` opens a store again on what it kept, for the rules about restarts.
let features = StoreFeatures(capabilities: [.state]) { store in
    await store.close()
    return NotebookStore((store as? NotebookStore)?.notebook ?? Notebook())
}

var broken = 0
for rule in EventStoreRules.all(features) {
    do {
        try await rule.check { NotebookStore(Notebook()) }
    } catch {
        broken += 1
        print(error)
    }
}
print(broken == 0 ? "all rules are kept" : "\(broken) of \(EventStoreRules.all(features).count) rules are broken")

// And then it is a store like any other.
let store = NotebookStore(Notebook())
try await store.append([Event(type: "note.taken", data: ["text": "milk"]), Event(type: "note.taken", data: ["text": "bread"])], to: "list")
let seen = Mutex<[String]>([])
let subscription = Subscription("reader") { recorded in
    let text = try EventValue(json: recorded.event.payload.bytes)["text"]?.string ?? ""
    seen.withLock { $0.append(text) }
}
let runner = try SubscriptionRunner(subscription, on: store)
let run = Task { try await runner.run() }
while seen.withLock(\.count) < 2 { try await Task.sleep(for: .milliseconds(5)) }
run.cancel()
_ = await run.result
print("the subscription has seen \(seen.withLock { $0.joined(separator: " and ") })")
