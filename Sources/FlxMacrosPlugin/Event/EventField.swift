import SwiftSyntax

/// A property that has a place in the payload.
struct EventField {
    /// Its key.
    let key: String
    let property: StoredProperty
}

extension StructDeclSyntax {
    /// The fields of the payload: under the keys of `CodingKeys` where the struct has them, as `Codable` has it, or under those of the
    /// attribute's style.
    func eventFields(of properties: [StoredProperty], _ arguments: EventArguments, problems: inout Problems) -> [EventField] {
        var fields: [EventField] = []
        if let keys = codingKeys("CodingKeys", problems: &problems) {
            fields = properties.compactMap { property in keys[property.bareName].map { EventField(key: $0, property: property) } }
            checkCodingKeys(keys, of: properties, arguments, problems: &problems)
        } else {
            fields = properties.map { property in
                let name = property.bareName
                return EventField(
                    key: arguments.keys == .snakeCase ? words(of: name).joined(separator: "_") : name, property: property)
            }
        }
        var owners: [String: String] = [:]
        for field in fields {
            let name = field.property.name
            guard let owner = owners.updateValue(name, forKey: field.key), let place = field.property.pattern else { continue }
            problems.report("'\(owner)' and '\(name)' have the same key '\(field.key)': rename one", at: place)
        }
        return fields
    }

    private func checkCodingKeys(
        _ keys: [String: String], of properties: [StoredProperty], _ arguments: EventArguments, problems: inout Problems
    ) {
        if let place = arguments.keysPlace {
            problems.report("'CodingKeys' says the keys of this event already: take 'keys' away, or the enum", at: place)
        }
        for property in properties where keys[property.bareName] == nil && property.valueAtStart == nil {
            guard let place = property.pattern else { continue }
            problems.report("'\(property.name)' is not among the 'CodingKeys' and has no initial value: give it one of the two", at: place)
        }
        let names = Set(properties.map(\.bareName))
        for element in codingKeyElements("CodingKeys", problems: &problems) ?? [] where !names.contains(element.bareName) {
            problems.report("'\(element.bareName)' is no property of the payload: take the case away", at: element)
        }
    }

    /// Reports names that the code of the macro needs for itself.
    func checkNames(problems: inout Problems) {
        let needed: Set = ["self", "Self", "FlxCore", "FlxEvents", "FlxMacros"]
        for member in memberBlock.members {
            let names =
                member.decl.as(VariableDeclSyntax.self)?.bindings.compactMap { $0.pattern.as(IdentifierPatternSyntax.self)?.identifier }
                ?? [member.decl.asProtocol((any NamedDeclSyntax).self)?.name].compactMap { $0 }
            for name in names where needed.contains(name.bareText) {
                problems.report(
                    "'\(name.bareText)' is a name that the code of @Event needs: rename it, and keep its key by 'CodingKeys'", at: name)
            }
        }
    }
}
