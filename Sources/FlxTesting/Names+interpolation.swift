public import FlxCore

// In tests, and only there, names may be made of parts in a literal: a part that breaks the rule is the test's own error, and traps.
// Programs write `try StreamName("order-\(id)")`, which checks what may have come from outside.

extension StreamName: ExpressibleByStringInterpolation {}

extension Tag: ExpressibleByStringInterpolation {}
