public import JobsysJSON
public import Logging

extension JSONValue {
    /// The document as it may be shown: each value that one of the paths leads to is ``Redactor/mark``.
    public func hiding(_ paths: [FieldPath]) -> JSONValue {
        replacing(paths, with: .string(Redactor.mark))
    }

    /// The places of all texts that have ``Redactor/mark`` in them: what somebody was shown, and not what is meant.
    public var placesOfMarks: [JSONPointer] {
        switch self {
        case .null, .bool, .number: []
        case .string(let text): text.contains(Redactor.mark) ? [.root] : []
        case .array(let elements):
            elements.enumerated()
                .flatMap { index, element in
                    element.placesOfMarks.map { JSONPointer(components: ["\(index)"] + $0.components) }
                }
        case .object(let object):
            object.members.flatMap { member in
                member.value.placesOfMarks.map { JSONPointer(components: [member.key] + $0.components) }
            }
        }
    }
}

/// Takes the values of some fields of a document out of texts that may quote them, such as a failure's message.
public struct FieldScrubber: Sendable {
    /// Longest first, so that no value is cut by another that is a part of it.
    private let texts: [String]

    /// Makes a scrubber of the values that paths lead to; nil if there are none that can be told from other words.
    ///
    /// Texts of less than three characters, numbers of less than four digits and truth values are left: they would be found
    /// everywhere.
    public init?(of document: JSONValue, at paths: [FieldPath]) {
        guard !paths.isEmpty else { return nil }
        var texts: Set<String> = []
        for (_, value) in document.values(at: paths) { Self.collect(value, into: &texts) }
        guard !texts.isEmpty else { return nil }
        self.texts = texts.sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
    }

    private static func collect(_ value: JSONValue, into texts: inout Set<String>) {
        switch value {
        case .null, .bool: break
        case .number:
            let text = value.serializedString
            if text.count >= 4 { texts.insert(text) }
        case .string(let text):
            guard text.count >= 3, text != Redactor.mark else { return }
            texts.insert(text)
            // As JSON quotes it.
            texts.insert(String(value.serializedString.dropFirst().dropLast()))
        case .array(let elements):
            for element in elements { collect(element, into: &texts) }
        case .object(let object):
            for member in object.members { collect(member.value, into: &texts) }
        }
    }

    /// The text with ``Redactor/mark`` in the place of each of the values.
    public func scrub(_ text: String) -> String {
        var scrubbed = text
        for value in texts where scrubbed.contains(value) { scrubbed = scrubbed.replacing(value, with: Redactor.mark) }
        return withoutCutValue(scrubbed)
    }

    /// A text that was cut may end with the beginning of a value.
    private func withoutCutValue(_ text: String) -> String {
        guard text.hasSuffix("…") else { return text }
        let body = text.dropLast()
        for value in texts {
            for length in stride(from: min(value.count, body.count), through: 4, by: -1)
            where body.hasSuffix(value.prefix(length)) {
                return body.dropLast(length) + Redactor.mark + "…"
            }
        }
        return text
    }
}

/// A log handler that takes the values of some fields out of what it is told, and hands it on.
public struct FieldScrubbingLogHandler: LogHandler {
    private var base: any LogHandler
    private let scrubber: FieldScrubber

    /// Makes a handler before another one.
    public init(_ base: any LogHandler, _ scrubber: FieldScrubber) {
        self.base = base
        self.scrubber = scrubber
    }

    /// The level of the handler behind it.
    public var logLevel: Logger.Level {
        get { base.logLevel }
        set { base.logLevel = newValue }
    }

    /// The metadata of the handler behind it.
    public var metadata: Logger.Metadata {
        get { base.metadata }
        set { base.metadata = newValue.mapValues(scrubbed) }
    }

    /// The provider of the handler behind it.
    public var metadataProvider: Logger.MetadataProvider? {
        get { base.metadataProvider }
        set { base.metadataProvider = newValue }
    }

    /// The metadata of the handler behind it.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] }
        set { base[metadataKey: key] = newValue.map(scrubbed) }
    }

    /// Hands on what is left of an event.
    public func log(event: LogEvent) {
        var event = event
        event.message = "\(scrubber.scrub("\(event.message)"))"
        event.metadata = event.metadata?.mapValues(scrubbed)
        if let error = event.error {
            event.error = nil
            event.metadata = (event.metadata ?? [:]).merging(["error.message": "\(scrubber.scrub("\(error)"))"]) { $1 }
        }
        base.log(event: event)
    }

    private func scrubbed(_ value: Logger.Metadata.Value) -> Logger.Metadata.Value {
        switch value {
        case .string(let text): .string(scrubber.scrub(text))
        case .stringConvertible(let value): .string(scrubber.scrub("\(value)"))
        case .array(let values): .array(values.map(scrubbed))
        case .dictionary(let values): .dictionary(values.mapValues(scrubbed))
        @unknown default: .string(Redactor.mark)
        }
    }
}
