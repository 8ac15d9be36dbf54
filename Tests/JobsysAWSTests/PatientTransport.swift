import HTTPTypes
import JobsysHTTP

/// Real sockets without the client's own time limits, which a machine that runs all tests at once may not keep.
struct PatientTransport: HTTPTransport {
    let transport: CurlTransport

    var direct: any HTTPTransport { transport.direct }

    func send(
        _ request: HTTPRequest,
        body: [UInt8],
        timeouts: TransportTimeouts
    ) async throws(TransportError) -> TransportResponse {
        let timeouts = TransportTimeouts(connect: .seconds(60), request: .seconds(60))
        return try await transport.send(request, body: body, timeouts: timeouts)
    }
}
