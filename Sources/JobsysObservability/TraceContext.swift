public import FoundationEssentials

/// Which trace, and which span of it, a piece of work belongs to.
public struct TraceContext: Sendable, Hashable {
    /// The trace.
    public let traceID: TraceID
    /// The span: 16 lower-case hexadecimal digits, not all zero.
    public let spanID: String
    /// Whether the trace is recorded.
    public let sampled: Bool

    /// Starts a new trace that is recorded, now.
    public static func new() -> TraceContext {
        var random = BufferedRandom()
        return new(now: Date(), random: &random)
    }

    /// Starts a new trace that is recorded.
    public static func new(now: Date, random: inout some RandomNumberGenerator) -> TraceContext {
        let seconds = UInt32(clamping: Int64(now.timeIntervalSince1970.rounded(.down)))
        let traceID = TraceID(epochSeconds: seconds, random: &random)
        return TraceContext(traceID: traceID, spanID: newSpanID(random: &random), sampled: true)
    }

    /// Goes on with a trace of which no span is known any more.
    ///
    /// The span is made of the trace's last digits, as for a header that names a root alone.
    public init(resuming traceID: TraceID) {
        self.init(traceID: traceID, spanID: String(traceID.description.suffix(16)), sampled: true)
    }

    /// A new span of the same trace, from the system's randomness.
    public func child() -> TraceContext {
        var random = BufferedRandom()
        return child(random: &random)
    }

    /// A new span of the same trace.
    public func child(random: inout some RandomNumberGenerator) -> TraceContext {
        TraceContext(traceID: traceID, spanID: Self.newSpanID(random: &random), sampled: sampled)
    }

    /// Reads a `traceparent` header (W3C trace context, level 1); nil if it is malformed.
    ///
    /// Of a version to come, the part that version 00 knows is taken, as the standard asks for.
    public init?(traceparent: String) {
        guard traceparent.utf8.count <= 512 else { return nil }
        let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, HexID.isHex(parts[0], length: 2), parts[0] != "ff" else { return nil }
        guard parts.count == 4 || parts[0] != "00" else { return nil }
        guard let traceID = TraceID(String(parts[1])), HexID.isValid(parts[2], length: 16) else { return nil }
        guard HexID.isHex(parts[3], length: 2), let flags = UInt8(parts[3], radix: 16) else { return nil }
        self.init(traceID: traceID, spanID: String(parts[2]), sampled: flags & 1 == 1)
    }

    /// Reads an `X-Amzn-Trace-Id` header or `AWSTraceHeader` attribute; nil if its root or parent is malformed.
    ///
    /// Keys come in any order, unknown ones are passed over. Load balancers send a root alone: the span is then made of
    /// the root's last digits, so that the trace is carried on all the same.
    public init?(xrayHeader: String) {
        guard xrayHeader.utf8.count <= 1024 else { return nil }
        var (root, parent, sampled): (ArraySlice<UInt8>?, ArraySlice<UInt8>?, ArraySlice<UInt8>?)
        for pair in Array(xrayHeader.utf8).split(separator: UInt8(ascii: ";")) {
            let pair = pair.drop { $0 == UInt8(ascii: " ") }
            let key = pair.prefix { $0 != UInt8(ascii: "=") }
            let value = pair.dropFirst(key.count + 1).prefix { $0 != UInt8(ascii: " ") }
            if key.elementsEqual("Root".utf8) {
                root = root ?? value
            } else if key.elementsEqual("Parent".utf8) {
                parent = parent ?? value
            } else if key.elementsEqual("Sampled".utf8) {
                sampled = sampled ?? value
            }
        }
        guard let root, let traceID = TraceID(xrayRoot: root) else { return nil }
        let spanID = parent.map { String(decoding: $0, as: UTF8.self) } ?? String(traceID.description.suffix(16))
        guard HexID.isValid(spanID, length: 16) else { return nil }
        self.init(traceID: traceID, spanID: spanID, sampled: sampled?.elementsEqual("1".utf8) ?? false)
    }

    /// The header of W3C trace context, level 1.
    public var traceparent: String {
        "00-\(traceID)-\(spanID)-\(sampled ? "01" : "00")"
    }

    /// The header of X-Ray.
    public var xrayHeader: String {
        "Root=\(traceID.xrayRoot);Parent=\(spanID);Sampled=\(sampled ? "1" : "0")"
    }

    private init(traceID: TraceID, spanID: String, sampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.sampled = sampled
    }

    private static func newSpanID(random: inout some RandomNumberGenerator) -> String {
        HexID.text(UInt64.random(in: 1...UInt64.max, using: &random), length: 16)
    }
}
