import FlxCore

/// Schemas, patterns and values made to take long.
struct EvilSchema: Sendable {
    let name: String
    let schema: EventValue
    let value: EventValue

    static let all: [EvilSchema] = patterns + doublings + loops + wide + long + crossings

    private static func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    private static func json(_ text: String) -> EventValue {
        (try? EventValue(json: Array(text.utf8), limits: JSONLimits(maximumDepth: 512))) ?? .string("no JSON")
    }

    private static func object(_ count: Int, _ member: (Int) -> String) -> String {
        "{" + (0..<count).map(member).joined(separator: ",") + "}"
    }

    private static func array(_ count: Int, _ element: (Int) -> String) -> String {
        "[" + (0..<count).map(element).joined(separator: ",") + "]"
    }

    /// Patterns that backtracking takes exponential time for, on texts that almost match.
    private static let patterns: [EvilSchema] = {
        let cores: [String] = [
            "^(a+)+$", "^(a*)*$", "^(a|a)*$", "^(a|aa)+$", "^(a|a?)+$", "^(.*a){20}$", "(x+x+)+y", "^([a-z]+)*[0-9]$", "^((a+)+)+$",
            "^(a?){60}a{60}$", "^(([a-z])+.)+[A-Z]([a-z])+$", "^(?:a+){1,80}$", "^(.*)*$", "(.*)(.*)(.*)(.*)(.*)x$", "^(a|b|ab)*c$",
            "^(?=(a+)+$)", "^(?!(a+)+$).*!$", "(?=.*a)(?=.*b)(?=.*c).{5000}", "^([a]{0,50}){0,50}$", #"^(\w+\s?)*$"#,
            #"^(\p{L}+|\p{Ll}+)*\d$"#, "^(a{1,9}){1,9}b$", "(a*a*)*b", "^.*.*.*.*.*.*=.*$",
        ]
        let texts: [String] = [times("a", 30_000) + "!", times("ab", 10_000), times("é", 20_000), times("a b", 8_000) + "\n"]
        var all: [EvilSchema] = []
        for core in cores {
            let schema = json(#"{"pattern":"\#(core.replacing(#"\"#, with: #"\\"#))"}"#)
            for (index, text) in texts.enumerated() {
                all.append(EvilSchema(name: "\(core) on text \(index)", schema: schema, value: .string(text)))
            }
        }
        return all
    }()

    /// Each schema asks the next one three times.
    private static let doublings: [EvilSchema] = {
        var all: [EvilSchema] = []
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for depth in stride(from: 10, through: 60, by: 10) {
                let levels = object(depth) { level in
                    let next = ##"{"$ref":"#/$defs/d\##(level + 1)"}"##
                    return #""d\#(level)":{"\#(keyword)":[\#(next),\#(next),{"not":\#(next)}]}"#
                }
                let text = ##"{"$ref":"#/$defs/d0","$defs":\##(levels.dropLast()),"d\##(depth)":{"type":"string"}}}"##
                all.append(EvilSchema(name: "\(keyword) \(depth) deep", schema: json(text), value: 1))
            }
        }
        return all
    }()

    /// Schemas that ask themselves about the same value.
    private static let loops: [EvilSchema] = {
        let schemas: [String] = [
            ##"{"$ref":"#"}"##, ##"{"allOf":[{"$ref":"#"},{"$ref":"#"}]}"##, ##"{"not":{"$ref":"#"}}"##,
            ##"{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}"##,
            ##"{"if":{"$ref":"#"},"then":{"$ref":"#"},"else":{"$ref":"#"}}"##, ##"{"oneOf":[{"$ref":"#"},true]}"##,
            ##"{"$dynamicAnchor":"x","$dynamicRef":"#x"}"##, ##"{"dependentSchemas":{"a":{"$ref":"#"}}}"##,
            ##"{"unevaluatedProperties":false,"$ref":"#"}"##, ##"{"anyOf":[{"$ref":"#"},{"$ref":"#"},false]}"##,
        ]
        return schemas.flatMap { schema in
            ["1", #"{"a":1}"#, "[1]"].map { EvilSchema(name: "\(schema) of \($0)", schema: json(schema), value: json($0)) }
        }
    }()

    /// Schemas and values of many parts.
    private static let wide: [EvilSchema] = {
        let values: [String] = [
            array(60_000) { "\($0)" }, object(20_000) { #""k\#($0)":\#($0)"# }, times("[1,", 400) + "1" + times("]", 400),
        ]
        let schemas: [String] = [
            #"{"uniqueItems":true}"#, #"{"contains":{"const":-1}}"#, #"{"items":{"enum":[1,2,3]}}"#,
            #"{"items":{"allOf":\#(array(50) { _ in #"{"minimum":0}"# })}}"#, #"{"propertyNames":{"pattern":"^(k+)+$"}}"#,
            #"{"patternProperties":\#(object(300) { #""^(k+)+\#($0)$":false"# })}"#,
            #"{"unevaluatedProperties":false,"unevaluatedItems":false}"#, #"{"required":\#(array(50_000) { #""r\#($0)""# })}"#,
            #"{"enum":\#(array(50_000) { "\($0 * 2)" })}"#, ##"{"items":{"$ref":"#"},"minItems":3}"##,
            #"{"properties":\#(object(15_000) { #""p\#($0)":true"# })}"#, #"{"anyOf":\#(array(5_000) { #"{"const":-\#($0 + 1)}"# })}"#,
            #"{"oneOf":\#(array(5_000) { #"{"required":["k\#($0)"]}"# })}"#,
        ]
        return schemas.flatMap { schema in
            values.enumerated().map {
                EvilSchema(name: "\(schema.prefix(40)) of \($0.offset)", schema: json(schema), value: json($0.element))
            }
        }
    }()

    /// Long texts where a schema has texts.
    private static let long: [EvilSchema] = {
        let (long, path) = (times("x", 400_000), times("/a", 200_000))
        let schemas: [String] = [
            ##"{"$ref":"#\##(path)"}"##, #"{"$id":"http://example.org\#(path)","$ref":"../x"}"#, #"{"$ref":"\#(times("../", 100_000))"}"#,
            ##"{"$anchor":"\##(long)","$ref":"#\##(long)"}"##, #"{"pattern":"\#(long)"}"#, #"{"pattern":"[\#(long)]"}"#,
            #"{"pattern":"\#(times("(", 200_000))"}"#, #"{"pattern":"((((a{99}){99}){99}){99})"}"#,
            #"{"pattern":"(((){9999}){9999}){9999}"}"#, #"{"pattern":"\#(times("|", 9_000))"}"#,
            #"{"pattern":"\#(times("(?=x*", 30) + times(")", 30))b"}"#, #"{"pattern":"\#(times(#"[\\p{L}\\w]*"#, 700))!"}"#,
            #"{"pattern":"\#(times("(?<n>x)*", 900))$"}"#, #"{"const":"\#(long)"}"#, #"{"multipleOf":1e-400}"#,
            #"{"minimum":1e400000000}"#, #"{"minimum":\#(times("9", 1_000))}"#,
        ]
        return schemas.flatMap { schema in
            [json("\"\(long)\""), json("1e9999")].enumerated().map {
                EvilSchema(name: "\(schema.prefix(40)) of \($0.offset)", schema: json(schema), value: $0.element)
            }
        }
    }()

    /// Deep values asked by schemas that open at every level.
    private static let crossings: [EvilSchema] = stride(from: 2, through: 16, by: 2).flatMap { depth in
        let value = (0..<depth).reduce("1") { inner, _ in #"{"a":\#(inner),"b":[\#(inner)]}"# }
        let schemas: [String] = [
            ##"{"additionalProperties":{"$ref":"#"},"items":{"$ref":"#"}}"##,
            ##"{"properties":{"a":{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}},"unevaluatedProperties":{"$ref":"#"}}"##,
        ]
        return schemas.map { EvilSchema(name: "\(depth) deep in \($0)", schema: json($0), value: json(value)) }
    }
}
