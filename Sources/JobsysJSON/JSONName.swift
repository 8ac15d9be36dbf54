/// The name of an object's member, where it stands in the document.
///
/// Most names are only compared with the few that the reader knows, and that takes no `String`.
public struct JSONName: Sendable, CustomStringConvertible {
    private let document: [UInt8]
    private var token: StringToken

    init(_ token: StringToken, in document: [UInt8]) {
        self.document = document
        self.token = token
    }

    /// Takes the place of another name of the same document.
    mutating func move(to token: StringToken) {
        self.token = token
    }

    /// The name, unescaped.
    public var text: String {
        token.text(in: document)
    }

    /// The name, unescaped.
    public var description: String {
        text
    }

    /// Whether the name, unescaped, has the same bytes.
    public static func == (name: JSONName, text: StaticString) -> Bool {
        text.withUTF8Buffer { unsafe name.equals($0) }
    }

    /// Whether the name equals a case of a `switch`.
    public static func ~= (text: StaticString, name: JSONName) -> Bool {
        name == text
    }

    private func equals(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if token.hasEscapes { return unsafe self.text.utf8.elementsEqual(text) }
        guard token.content.count == text.count else { return false }
        return unsafe document.withUnsafeBytes { document in
            let content = unsafe UnsafeRawBufferPointer(rebasing: document[token.content])
            let text = UnsafeRawBufferPointer(text)
            // By words; `elementsEqual` takes many times as long.
            var index = 0
            while index + 8 <= text.count {
                let (word, expected) = unsafe (
                    content.loadUnaligned(fromByteOffset: index, as: UInt64.self),
                    text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                )
                guard word == expected else { return false }
                index += 8
            }
            while index < text.count {
                guard unsafe content[index] == text[index] else { return false }
                index += 1
            }
            return true
        }
    }
}
