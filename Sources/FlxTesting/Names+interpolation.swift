public import FlxCore

// Only in tests, names may be interpolated literals: a part that breaks the rule is an error in the test, and traps.
// Programs write `try StreamName("order-\(id)")`, to check parts from outside.

extension StreamName: ExpressibleByStringInterpolation {}

extension Tag: ExpressibleByStringInterpolation {}
