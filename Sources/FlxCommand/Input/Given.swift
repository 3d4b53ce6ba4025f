import ArgumentParser

/// Texts of the command line that must say something: an empty one is that of a variable of the shell that is not set.
enum Given {
    static func text(_ text: String) throws -> String {
        guard !text.isEmpty else { throw ValidationError("it must not be empty; is a variable unset?") }
        return text
    }
}
