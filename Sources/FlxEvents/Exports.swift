@_exported public import FlxCore
