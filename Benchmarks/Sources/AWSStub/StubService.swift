/// What the stub serves.
protocol StubService {
    /// Answers a request at once.
    mutating func respond(to request: StubRequest) -> StubResponse
}
