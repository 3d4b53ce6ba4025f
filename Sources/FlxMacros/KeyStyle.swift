/// The form of the keys of a payload, made from the names of properties.
public enum KeyStyle: Sendable {
    /// The key is the name: `pipelineID`.
    case asWritten
    /// The key is the words of the name in lower case, parted by underscores: `pipeline_id`. A word begins at a capital that follows
    /// a small letter or a digit, and at the last of several capitals before a small letter.
    case snakeCase
}
