#if !Macros
    #error("FlxMacros needs the trait 'Macros' of the package: add it where Package.swift depends on flx-events, traits: [\"Macros\"]")
#endif
