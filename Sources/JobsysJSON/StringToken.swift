/// Where in a document a string stands that has been checked.
struct StringToken: Sendable {
    /// The bytes between the quotation marks.
    let content: Range<Int>
    let hasEscapes: Bool

    /// The string, unescaped.
    func text(in document: [UInt8]) -> String {
        unsafe document.withUnsafeBufferPointer { document in
            let content = unsafe UnsafeBufferPointer(rebasing: document[content])
            return unsafe hasEscapes ? Unescape.text(of: content) : String(decoding: content, as: UTF8.self)
        }
    }
}
