import FlxEvents
print("hi")
