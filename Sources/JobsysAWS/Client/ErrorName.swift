/// The name of an error as it is compared: without what services, emulators and protocols add to it or leave out.
///
/// `com.amazonaws.sqs#MessageNotInflight` and `AWS.SimpleQueueService.MessageNotInflight` are one error, and so are
/// `InvalidParameterValue` and `InvalidParameterValueException`. No error is known by a spelling alone.
struct ErrorName: Hashable, Sendable, ExpressibleByStringLiteral {
    private let stem: String

    init(_ text: String) {
        let start = text.lastIndex { $0 == "#" || $0 == "." }.map(text.index(after:)) ?? text.startIndex
        var stem = text[start...]
        while let suffix = Self.suffixes.first(where: { stem.hasSuffix($0) && stem.count > $0.count }) {
            stem.removeLast(suffix.count)
        }
        self.stem = String(stem)
    }

    init(stringLiteral text: String) {
        self.init(text)
    }

    private static let suffixes = ["Exception", "Error", "Fault"]
}
