@testable import FlxMacrosPlugin
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacrosGenericTestSupport
import Testing

/// Every macro of the plugin, as the compiler would find it.
private let specs: [String: MacroSpec] = [
    "Constraint": MacroSpec(type: ConstraintMacro.self),
    "Event": MacroSpec(type: EventMacro.self, conformances: ["DomainEvent"]),
    "Schema": MacroSpec(type: SchemaMacro.self, conformances: ["SchemaDescribed"]),
    "Projection": MacroSpec(type: ProjectionMacro.self, conformances: ["Projection"]),
    "EventHandlers": MacroSpec(type: EventHandlersMacro.self, conformances: ["HandlerGroup"]),
    "Handles": MacroSpec(type: HandlesMacro.self),
]

/// Expects that source text expands to other text and that it is told what is wrong with it.
func expectExpansion(
    of source: String, to expanded: String, diagnostics: [DiagnosticSpec] = [], fixed: String? = nil,
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
) {
    assertMacroExpansion(
        source, expandedSource: expanded, diagnostics: diagnostics, macroSpecs: specs, fixedSource: fixed,
        failureHandler: { failure in
            let location = SourceLocation(
                fileID: failure.location.fileID, filePath: failure.location.filePath, line: failure.location.line,
                column: failure.location.column)
            Issue.record("\(failure.message)", sourceLocation: location)
        },
        fileID: fileID, filePath: filePath, line: line, column: column)
}

/// Expects that the declaration, which follows an attribute on the first line, is refused and left as it is.
func expectRefusal(
    of source: String, _ diagnostics: DiagnosticSpec..., fixed: String? = nil,
    fileID: StaticString = #fileID, filePath: StaticString = #filePath, line: UInt = #line, column: UInt = #column
) {
    let plain = source.split(separator: "\n", maxSplits: 1).last.map(String.init) ?? ""
    expectExpansion(
        of: source, to: plain, diagnostics: diagnostics, fixed: fixed, fileID: fileID, filePath: filePath, line: line, column: column)
}

/// The category and the schema of an event, as they stand at the end of the members.
func schema(_ arguments: String, category: String = "nil", access: String = "") -> String {
    """
    \(access)nonisolated static let category: FlxCore.EventCategory? = \(category)

        \(access)nonisolated static let schema: FlxCore.EventValue? = FlxEvents.PayloadSchema.object(\(arguments))
    """
}

/// The constant for discovery, as it stands at the end of an extension.
func record(of expression: String) -> String {
    """
    #if objectFormat(MachO)
        @section("__DATA,flx_records")
        #else
        @section("flx_records")
        #endif
        @used private static let discoveryRecord: FlxMacros.DiscoveryRecord = {
            $0.register(\(expression))
        }
    """
}
