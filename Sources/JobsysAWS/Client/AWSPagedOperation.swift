/// An operation whose answer may be one page of several; ``AWSClient/pages(of:)`` reads them all.
public protocol AWSPagedOperation: AWSOperation {
    /// Where a page begins.
    associatedtype PageToken: Sendable, Hashable

    /// The same operation for the page that begins at a token.
    func page(at token: PageToken) -> Self

    /// Where the page after this one begins; nil after the last, and so is a text without a character.
    static func nextToken(after page: Output) -> PageToken?
}
