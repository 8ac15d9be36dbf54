/// A part of a list, newest element first.
public struct Listing<Element: Sendable>: Sendable {
    /// The elements; there may be none although the list goes on.
    public var elements: [Element]
    /// Where to go on; nil if the list has ended.
    public var next: ListPosition?

    /// Makes a part of a list.
    public init(_ elements: [Element], next: ListPosition?) {
        self.elements = elements
        self.next = next
    }
}

extension Listing: Equatable where Element: Equatable {}
