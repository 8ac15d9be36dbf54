import FoundationEssentials
import JobsysObservability
import JobsysPropertyTestKit
import Testing

@Suite("Trace context")
struct TraceContextTests {
    static let trace = "5759e988bd862e3fe1be46a994272793"
    static let span = "53995c3f42cd8ad8"

    @Test("A trace of which only the id is known goes on as it does from a header that names the root alone")
    func resumed() throws {
        let root = try #require(TraceContext(xrayHeader: "Root=1-67891233-abcdef012345678912345678;Sampled=1"))
        #expect(TraceContext(resuming: root.traceID) == root)
    }

    @Test("A new trace starts with its time and reads back from both headers")
    func new() throws {
        var random = SeededGenerator(seed: 1)
        let context = TraceContext.new(now: Date(timeIntervalSince1970: 1_465_510_280.9), random: &random)
        #expect(context.traceID.description.hasPrefix("5759e988"))
        #expect(context.traceID.description.utf8.count == 32)
        #expect(context.spanID.utf8.count == 16)
        #expect(context.sampled)
        #expect(TraceContext(traceparent: context.traceparent) == context)
        #expect(TraceContext(xrayHeader: context.xrayHeader) == context)
        let child = context.child(random: &random)
        #expect(child.traceID == context.traceID)
        #expect(child.spanID != context.spanID)
        #expect(TraceContext.new(now: .distantPast, random: &random).traceID.description.hasPrefix("00000001"))
    }

    @Test(
        "A traceparent is read",
        arguments: [
            ("00-\(trace)-\(span)-01", true), ("00-\(trace)-\(span)-00", false), ("00-\(trace)-\(span)-03", true),
            ("00-\(trace)-\(span)-fe", false), ("cc-\(trace)-\(span)-01", true),
            ("cc-\(trace)-\(span)-01-what-else", true),
        ]
    )
    func traceparent(header: String, sampled: Bool) throws {
        let context = try #require(TraceContext(traceparent: header))
        #expect(context.traceID.description == Self.trace)
        #expect(context.spanID == Self.span)
        #expect(context.sampled == sampled)
        #expect(context.traceparent == "00-\(Self.trace)-\(Self.span)-\(sampled ? "01" : "00")")
        #expect(
            context.xrayHeader
                == "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=\(Self.span);Sampled=\(sampled ? "1" : "0")"
        )
    }

    @Test(
        "A malformed traceparent is none",
        arguments: [
            "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-", "00-\(trace)-\(span)-1", "00-\(trace)-\(span)-011",
            "00-\(trace)-\(span)-01-x", "00-\(trace)-\(span)-01-", "ff-\(trace)-\(span)-01", "0-\(trace)-\(span)-01",
            "0g-\(trace)-\(span)-01", "00-\(trace)-\(span)-0g", "00-\(trace)-\(span)-+1",
            "00-\(trace.uppercased())-\(span)-01",
            "00-\(String(repeating: "0", count: 32))-\(span)-01", "00-\(trace)-0000000000000000-01",
            "00-\(trace)x-\(span)-01",
            "00-\(trace.dropLast())-\(span)-01", "00-\(trace)-\(span)x-01", " 00-\(trace)-\(span)-01",
            "00-\(trace)-\(span)-01 ",
            "00_\(trace)_\(span)_01", "00-\(trace)-\(span)-01\n",
            "cc-\(trace)-\(span)-01-" + String(repeating: "x", count: 600),
        ]
    )
    func malformedTraceparent(header: String) {
        #expect(TraceContext(traceparent: header) == nil)
    }

    @Test(
        "An X-Ray header is read, whatever the order of its keys",
        arguments: [
            ("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", span, true),
            ("Sampled=0;Parent=53995c3f42cd8ad8;Root=1-5759e988-bd862e3fe1be46a994272793", span, false),
            (
                "Self=1-0-0; Root=1-5759e988-bd862e3fe1be46a994272793 ; Parent=53995c3f42cd8ad8; Sampled=1;Lineage=a:1|b",
                span, true
            ),
            ("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=?", span, false),
            ("Root=1-5759e988-bd862e3fe1be46a994272793", "e1be46a994272793", false),
            (";;Root=1-5759e988-bd862e3fe1be46a994272793;x;=;Sampled=1;", "e1be46a994272793", true),
        ]
    )
    func xray(header: String, span: String, sampled: Bool) throws {
        let context = try #require(TraceContext(xrayHeader: header))
        #expect(context.traceID.description == Self.trace)
        #expect(context.traceID.xrayRoot == "1-5759e988-bd862e3fe1be46a994272793")
        #expect(context.spanID == span)
        #expect(context.sampled == sampled)
    }

    @Test(
        "A malformed X-Ray header is none",
        arguments: [
            "", "Root=", "Root", "Parent=53995c3f42cd8ad8;Sampled=1", "Root=2-5759e988-bd862e3fe1be46a994272793",
            "Root=1-5759e988bd862e3fe1be46a994272793", "Root=1-5759e98-8bd862e3fe1be46a994272793",
            "Root=1-5759e988-bd862e3fe1be46a99427279", "Root=1-5759e988-bd862e3fe1be46a99427279g",
            "Root=1-00000000-000000000000000000000000", "Root=1-5759e988-bd862e3fe1be46a994272793-",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=x",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=0000000000000000",
            "root=1-5759e988-bd862e3fe1be46a994272793", String(repeating: "a=b;", count: 400),
        ]
    )
    func malformedXRay(header: String) {
        #expect(TraceContext(xrayHeader: header) == nil)
    }

    @Test("Random headers never trap, and what is accepted is written back the same")
    func fuzz() {
        var random = SeededGenerator(seed: 7)
        let pieces = [
            "Root", "Parent", "=", ";", "-", "1", "00", Self.trace, Self.span, "bd862e3fe1be46a994272793", "5759e988",
            "é", " ",
        ]
        for _ in 0..<3_000 {
            let text = (0..<Int.random(in: 0...9, using: &random))
                .compactMap { _ in pieces.randomElement(using: &random) }.joined()
            for context in [TraceContext(traceparent: text), TraceContext(xrayHeader: text)].compactMap({ $0 }) {
                #expect(TraceContext(traceparent: context.traceparent) == context)
                #expect(TraceContext(xrayHeader: context.xrayHeader) == context)
            }
        }
    }
}
