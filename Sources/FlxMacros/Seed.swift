import FlxEvents
