import ArgumentParser
import FlxCore

/// The exit codes of the program. They are a part of its contract.
enum Ending: Int32 {
    /// All went well.
    case success = 0
    /// The work could not be done, or not all of it.
    case failure = 1
    /// The work was done, and it found something: faults in a store, or a missing event.
    case found = 2
    /// The command was not understood, or names a missing file.
    case usage = 64
    /// The store is there and cannot be used now.
    case unavailable = 69
    /// The user stopped it.
    case interrupted = 130
}

/// Ends a command: with a message on standard error, and an exit code.
struct Failure: Error {
    let status: Ending
    let message: String
    /// Further lines of the message.
    let details: [String]

    init(_ status: Ending, _ message: String, details: [String] = []) {
        (self.status, self.message, self.details) = (status, message, details)
    }

    /// The end by a signal.
    static let interruption = Failure(.interrupted, "interrupted")

    /// An error from below, with the matching exit code.
    init(_ error: FlxError) {
        self.init(Self.status(of: error.code), error.code == .cancelled ? "interrupted" : error.message)
    }

    /// The message of an error that ends a command.
    static func message(of error: any Error) -> String {
        switch error {
        case let error as Failure: error.message
        case let error as FlxError: Failure(error).message
        case is CancellationError: Failure.interruption.message
        default: "\(error)"
        }
    }

    private static func status(of code: FlxError.Code) -> Ending {
        switch code {
        case .cancelled: .interrupted
        case .locked, .closed, .incompatibleFormat, .storageFull, .readOnly, .io: .unavailable
        case .invalidValue, .notFound, .malformed, .limitExceeded: .usage
        default: .failure
        }
    }
}

/// The reader at the other end of the pipe has seen enough: not an error.
struct BrokenPipe: Error {}
