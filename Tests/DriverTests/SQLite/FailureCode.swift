import FlxCore

/// The code of what a call throws; nil when it succeeds.
func failureCode(_ call: () async throws -> Void) async -> FlxError.Code? {
    do {
        try await call()
        return nil
    } catch {
        return (error as? FlxError)?.code ?? FlxError.Code("\(error)")
    }
}
