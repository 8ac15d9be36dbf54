import HTTPTypes
import Testing

/// All fields of a request, in the order of their names.
func fields(of sent: ScriptedTransport.Sent) -> [String] {
    sent.request.headerFields.map { "\($0.name.canonicalName): \($0.value)" }.sorted()
}

/// Expects exactly one request for an operation, with exactly this body.
func expectSent(
    _ fixture: Fixture,
    _ target: String,
    _ body: String,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let sent = try #require(fixture.transport.sent.first, sourceLocation: sourceLocation)
    #expect(fixture.transport.sent.count == 1, sourceLocation: sourceLocation)
    #expect(sent.field("x-amz-target") == target, sourceLocation: sourceLocation)
    #expect(sent.text == body, sourceLocation: sourceLocation)
}
