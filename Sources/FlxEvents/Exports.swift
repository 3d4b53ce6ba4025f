@_exported public import FlxCore
@_exported public import FlxSchema
