import ArgumentParser

/// Texts of the command line that must not be empty: an empty one comes from an unset variable of the shell.
enum Given {
    static func text(_ text: String) throws -> String {
        guard !text.isEmpty else { throw ValidationError("it must not be empty; is a variable unset?") }
        return text
    }
}
