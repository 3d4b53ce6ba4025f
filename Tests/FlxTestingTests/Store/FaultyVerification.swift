import FlxCore
import FlxTesting
import Testing

/// One way in which a store can verify what it holds wrongly.
enum VerificationFault: String, Fault {
    case none
    case looksAtNothing
    case seesFaults
    case ignoresCancellation

    var broken: Set<String> {
        switch self {
        case .none: []
        case .looksAtNothing, .seesFaults: ["verify.sound", "verify.cancelled"]
        case .ignoresCancellation: ["verify.cancelled"]
        }
    }

    var hanging: Set<String> { [] }
    var isBroad: Bool { false }
}

@Suite("Wrong verifications", .serialized)
struct WrongVerificationTests {
    @Test("a wrong verification is caught by the rules that it breaks", arguments: VerificationFault.allCases)
    func isCaught(_ fault: VerificationFault) async {
        await expectCaught(
            fault,
            by: { deadline -> [ConformanceRule<any EventStore>] in
                let features = StoreFeatures(capabilities: [.verification], deadline: deadline, seed: 7)
                return EventStoreRules.all(features).filter { $0.name.contains("verify") }
            }
        ) { FaultyVerification(fault) }
    }
}

/// The store in memory, which verifies with one fault.
final class FaultyVerification: StoreDouble, VerifiableStore {
    private let fault: VerificationFault
    let inner = MemoryEventStore()

    init(_ fault: VerificationFault) { self.fault = fault }

    func verify(progress: @Sendable (Int64, Int64) -> Void) async throws(FlxError) -> VerificationReport {
        switch fault {
        case .none: return try await inner.verify(progress: progress)
        case .looksAtNothing: return VerificationReport(events: 0, faults: [])
        case .seesFaults:
            let report = try await inner.verify(progress: progress)
            return VerificationReport(events: report.events, faults: [.init(position: nil, message: "something")])
        case .ignoresCancellation:
            let task = Task { [inner] () async -> Result<VerificationReport, FlxError> in
                do throws(FlxError) {
                    return .success(try await inner.verify { _, _ in })
                } catch {
                    return .failure(error)
                }
            }
            return try await task.value.get()
        }
    }
}
