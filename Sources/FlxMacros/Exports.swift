@_exported public import FlxEvents
