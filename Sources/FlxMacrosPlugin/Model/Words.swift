/// The words of a camel-case name in lower case: `pipelineID` is `pipeline` and `id`, `HTTPRoute2` is `http` and `route2`.
///
/// A word begins at a capital that follows a small letter or a digit, and at the last of several capitals before a small letter.
/// Underscores part words too.
func words(of name: String) -> [String] {
    var words: [String] = []
    var word = ""
    let letters = Array(name)
    for (index, letter) in letters.enumerated() {
        let next = index + 1 < letters.count ? letters[index + 1] : nil
        let previous = index > 0 ? letters[index - 1] : nil
        let begins = letter.isUppercase && (previous?.isUppercase == false || next?.isLowercase == true)
        if !word.isEmpty, begins || letter == "_" {
            words.append(word.lowercased())
            word = ""
        }
        if letter != "_" { word.append(letter) }
    }
    return word.isEmpty ? words : words + [word.lowercased()]
}
