import SwiftSyntax

/// A property that keeps a value.
struct StoredProperty {
    /// The name as it stands in code, with its backticks if it has any.
    let name: String
    /// The place of the name; nil for an associated value, which need not have one.
    var pattern: IdentifierPatternSyntax?
    /// The type, as written or as a literal tells.
    let type: TypeSyntax
    /// The default value.
    var initialValue: ExprSyntax?
    /// Declared with `let`.
    var isConstant = true
    /// The access that is said of it, such as `private `; nil if none is.
    var access: String?
    /// The text of its documentation comment.
    var documentation: String?
    /// The arguments of its `@Constraint`, as expressions.
    var constraints: [String] = []

    /// The name without backticks.
    var bareName: String { name.filter { $0 != "`" } }

    /// The type with `!` written as `?`.
    var plainType: String {
        type.as(ImplicitlyUnwrappedOptionalTypeSyntax.self).map { "\($0.wrappedType.trimmedDescription)?" } ?? type.trimmedDescription
    }

    /// The type is written with `?` or `!`, which makes a variable nil from the start.
    private var isMarkedOptional: Bool {
        type.is(OptionalTypeSyntax.self) || type.is(ImplicitlyUnwrappedOptionalTypeSyntax.self)
    }

    /// True if the property may be nil.
    var isOptional: Bool {
        isMarkedOptional || type.as(IdentifierTypeSyntax.self)?.name.text == "Optional"
    }

    /// The value that the language gives the property before an initializer does; nil if it gives none.
    var valueAtStart: String? {
        initialValue?.trimmedDescription ?? (isMarkedOptional && !isConstant ? "nil" : nil)
    }
}
