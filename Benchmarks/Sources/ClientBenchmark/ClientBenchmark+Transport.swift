import HTTPTypes
import JobsysHTTP

extension ClientBenchmark {
    /// Sends a `SendMessage` that was signed once, through the transport alone.
    static func measureTransport(_ endpoint: String, concurrency: Int, warmUp: Int, count: Int) async throws {
        let (request, body) = try await signed(.sendMessage, endpoint: endpoint)
        let transport = try CurlTransport()
        try await withTaskExecutorPreference(transport.executor) {
            try await send(request, body, with: transport, concurrency: concurrency, count: warmUp)
            let start = Usage.now()
            try await send(request, body, with: transport, concurrency: concurrency, count: count)
            print((Usage.now() - start).line(per: count))
        }
        await transport.shutdown()
    }

    private static func send(
        _ request: HTTPRequest,
        _ body: [UInt8],
        with transport: CurlTransport,
        concurrency: Int,
        count: Int
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<concurrency {
                let share = count / concurrency + (worker < count % concurrency ? 1 : 0)
                group.addTask {
                    for _ in 0..<share {
                        let response = try await transport.send(request, body: body)
                        precondition(response.status == 200)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
