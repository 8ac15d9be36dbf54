internal import FoundationEssentials
internal import JSON
internal import Logging

extension JSONLogHandler {
    /// No single text takes more of a line than this.
    private static let maxTextBytes = 8192
    private static let leadingKeys = ["traceId", "jobId", "requestId"]

    func line(of event: LogEvent, at date: Date) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("ts", LogTimestamp.text(of: date))
        writer.member("level", event.level.rawValue)
        writer.member("component", component)
        writer.member("msg", shown(event.message.description))
        write(members(of: event), to: &writer)
        writer.endObject()
        var line = writer.bytes
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private func members(of event: LogEvent) -> Logger.Metadata {
        var members = merged(event)
        var reserved = ["ts", "level", "component", "msg"]
        if event.error != nil { reserved.append("error") }
        // A name may be in an object once only: the metadata gives way.
        for key in reserved {
            guard let value = members.removeValue(forKey: key) else { continue }
            if members["metadata.\(key)"] == nil { members["metadata.\(key)"] = value }
        }
        if let error = event.error { members["error"] = .string(String(describing: error)) }
        return members
    }

    private func write(_ members: Logger.Metadata, to writer: inout JSONWriter) {
        let leading = Self.leadingKeys + ["error"]
        let rest = members.keys.filter { !leading.contains($0) }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for key in leading + rest {
            guard let value = members[key] else { continue }
            writer.key(key)
            write(value, under: key, to: &writer)
        }
    }

    private func write(_ value: Logger.MetadataValue, under key: String, to writer: inout JSONWriter) {
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

    private func shown(_ text: String) -> String {
        Excerpt.cut(redactor.redact(text: text), toBytes: Self.maxTextBytes)
    }
}
