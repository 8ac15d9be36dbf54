/// An operation whose answer may be one page of several; ``AWSClient/pages(of:)`` reads them all.
public protocol AWSPagedOperation: AWSOperation {
    /// Where a page begins.
    associatedtype PageToken: Sendable, Hashable

    /// The same operation for the page that begins at a token.
    func page(at token: PageToken) -> Self

    /// Where the page after this one begins; nil after the last, and so is a text without a character.
    static func nextToken(after page: Output) -> PageToken?
}

/// The pages of an operation, each asked for when it is wanted: who stops reading asks for no more.
///
/// A page may be empty although others follow. An iterator that has thrown ends.
public struct AWSPages<Operation: AWSPagedOperation>: AsyncSequence, Sendable {
    let client: AWSClient
    let first: Operation

    /// The way through the pages.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let client: AWSClient
        private var upcoming: Operation?
        private var token: Operation.PageToken?

        init(client: AWSClient, first: Operation) {
            self.client = client
            upcoming = first
        }

        /// Asks for the next page; throws as ``AWSClient/perform(_:)`` does.
        public mutating func next() async throws -> Operation.Output? {
            guard let operation = upcoming else { return nil }
            upcoming = nil
            let page = try await client.perform(operation)
            guard let next = Operation.nextToken(after: page), (next as? String)?.isEmpty != true else { return page }
            // A service that answers with the token it was given would be asked for ever.
            guard next != token else { throw AWSError.repeatedPageToken(of: Operation.self) }
            token = next
            upcoming = operation.page(at: next)
            return page
        }
    }

    /// Begins at the first page.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(client: client, first: first)
    }
}

extension AWSClient {
    /// All pages of an operation, from the one that it asks for on.
    public func pages<Operation: AWSPagedOperation>(of operation: Operation) -> AWSPages<Operation> {
        AWSPages(client: self, first: operation)
    }
}

extension AWSError {
    fileprivate static func repeatedPageToken<Operation: AWSOperation>(of operation: Operation.Type) -> AWSError {
        AWSError(
            service: Operation.service.endpointPrefix,
            operation: Operation.name,
            code: "RepeatedPageToken",
            message: "the token of the next page is the one that this page was asked for with",
            isRetryable: false,
            kind: .malformedResponse
        )
    }
}
