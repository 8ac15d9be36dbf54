import JobsysPropertyTestKit

/// Makes documents that are none, or are no longer what they were.
struct Garbage {
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    private static let pieces = [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud800", "null", "true", "-", "1e999", "0", "<", ">",
        "<Code>",
        "</Code>", "<Message>", "__type", "\"__type\":", "message", "#", "ns#", "\u{FEFF}", "\n", " ", "\0",
    ]

    /// Bytes without any sense, or with a little of JSON or XML.
    mutating func document() -> [UInt8] {
        let length = Int.random(in: 0...40, using: &random)
        return (0..<length)
            .flatMap { _ in
                if Bool.random(using: &random) { return [UInt8.random(in: 0...255, using: &random)] }
                return Array((Self.pieces.randomElement(using: &random) ?? "").utf8)
            }
    }

    /// A document in which some bytes were changed, lost, doubled or put in; it may be the same in the end.
    mutating func mutated(_ document: [UInt8]) -> [UInt8] {
        var bytes = document
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...8, using: &random)))
            case 2: bytes.insert(contentsOf: bytes[index...].prefix(16), at: index)
            default: bytes.insert(contentsOf: (Self.pieces.randomElement(using: &random) ?? "").utf8, at: index)
            }
        }
        return bytes
    }
}
