/// An element of a small XML document: its text, or the elements in it.
public struct XMLElement: Sendable {
    /// The name, with its prefix if it has one.
    public let name: String

    /// The text between its tags, joined.
    public internal(set) var text = ""

    /// The elements in it, in order.
    public internal(set) var children: [XMLElement] = []

    init(name: String) {
        self.name = name
    }

    /// The first child of this name.
    public subscript(name: String) -> XMLElement? {
        children.first { $0.name == name }
    }
}
