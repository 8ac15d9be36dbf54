internal import FoundationEssentials
internal import JobsysJSON
internal import JobsysTime
internal import Logging

extension LineLogHandler {
    /// No single text takes more of a line than this.
    private static let maxTextBytes = 8192

    /// The event as a JSON object.

    func line(of event: LogEvent, at date: Date) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("ts", Timestamp(date).description)
        writer.member("level", event.level.rawValue)
        writer.member("component", component)
        writer.member("msg", shown(event.message.description))
        for member in members(of: event) {
            writer.key(member.name)
            write(member.value, under: member.name, to: &writer)
        }
        writer.endObject()
        var line = writer.bytes
        line.append(UInt8(ascii: "\n"))
        return line
    }

    func write(_ value: Logger.MetadataValue, under key: String, to writer: inout JSONWriter) {
        guard !keys.isSensitive(key) else { return writer.string(Redactor.mark) }
        switch value {
        case .string(let text): writer.string(shown(text))
        case .stringConvertible(let value): write(value, to: &writer)
        case .array(let values):
            writer.array { writer in
                for value in values { write(value, under: key, to: &writer) }
            }
        case .dictionary(let members):
            writer.object { writer in
                for member in members.sorted(by: { $0.key < $1.key }) {
                    writer.key(member.key)
                    write(member.value, under: member.key, to: &writer)
                }
            }
        }
    }

    private func write(_ value: any CustomStringConvertible, to writer: inout JSONWriter) {
        switch value {
        case let value as Int: writer.int(value)
        case let value as Bool: writer.bool(value)
        case let value as Double where value.isFinite: writer.double(value)
        case let value as JSONValue: writer.value(redactor.redact(value))
        default: writer.string(shown(value.description))
        }
    }

    /// A text as it may be in a line: without secrets, and cut.
    func shown(_ text: String) -> String {
        Excerpt.cut(redactor.redact(text: text), toBytes: Self.maxTextBytes)
    }
}

extension Timestamp {
    /// The instant of a date, rounded down to the millisecond.
    ///
    /// A date is a double of seconds, exact to under a microsecond: rounding to that first keeps the millisecond.
    init(_ date: Date) {
        let microseconds = Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
        self.init(milliseconds: microseconds >= 0 ? microseconds / 1000 : (microseconds - 999) / 1000)
    }
}
