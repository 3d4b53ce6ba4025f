import FlxCore

extension Persistence {
    /// Keeps at work what follows the log: an error of the store is logged and tried again, one of the user's code is not.
    /// - Throws: Errors of the user's code, of another version that took over, and what calling throws.
    func following<Answer: Sendable>(
        _ name: String, _ work: () async throws(FlxError) -> Answer
    ) async throws(FlxError) -> Answer {
        let result = try await callAsFunction(name) { () async throws(FlxError) -> Result<Answer, FlxError> in
            do throws(FlxError) {
                return .success(try await work())
            } catch {
                guard error.origin == .user || error.code == .viewReplaced || Task.isCancelled else { throw error }
                return .failure(error)
            }
        }
        return try result.get()
    }
}
