internal import FoundationEssentials
internal import JobsysJSON
internal import JobsysTime
internal import Logging

extension LineLogHandler {
    /// The event as a text for people: time, level, component and message, then what else it says as `name=value`.
    ///
    /// Control characters are escaped: what a client has sent must not move the reader's cursor.
    func text(of event: LogEvent, at date: Date, isColored: Bool) -> [UInt8] {
        let level = event.level.rawValue.uppercased()
        var line = "\(Timestamp(date)) "
        line += isColored ? event.level.color.around(level) : level
        line += String(repeating: " ", count: max(1, 9 - level.count))
        line += "\(component): \(shown(event.message.description).escapingControls)"
        for member in members(of: event) {
            let name = member.name.escapingControls
            line += " " + (isColored ? TerminalColor.dim.around("\(name)=") : "\(name)=")
            line += text(of: member.value, under: member.name)
        }
        return Array(line.utf8) + [UInt8(ascii: "\n")]
    }

    /// A value as JSON, a plain word without the quotes.
    private func text(of value: Logger.MetadataValue, under name: String) -> String {
        var writer = JSONWriter()
        write(value, under: name, to: &writer)
        let json = String(decoding: writer.bytes, as: UTF8.self).escapingControls
        guard json.count > 2, json.first == "\"" else { return json }
        let word = json.dropFirst().dropLast()
        return word.contains { $0 == " " || $0 == "\\" || $0 == "\"" || $0 == "=" } ? json : String(word)
    }
}

/// What a terminal is told to write in.
private enum TerminalColor: String {
    case red = "31"
    case yellow = "33"
    case cyan = "36"
    case green = "32"
    case dim = "2"

    func around(_ text: String) -> String {
        "\u{1b}[\(rawValue)m\(text)\u{1b}[0m"
    }
}

extension Logger.Level {
    fileprivate var color: TerminalColor {
        switch self {
        case .trace, .debug: .dim
        case .info: .green
        case .notice: .cyan
        case .warning: .yellow
        case .error, .critical: .red
        }
    }
}

extension String {
    /// The same with the controls of Unicode, line ends among them, written as escapes.
    fileprivate var escapingControls: String {
        func isControl(_ scalar: Unicode.Scalar) -> Bool {
            scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || (0x2028...0x2029).contains(scalar.value)
        }
        guard unicodeScalars.contains(where: isControl) else { return self }
        return unicodeScalars.map { isControl($0) ? $0.escaped(asASCII: true) : String($0) }.joined()
    }
}
