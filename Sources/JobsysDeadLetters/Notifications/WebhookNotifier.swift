public import FoundationEssentials
import HTTPTypes
public import JobsysCore
public import JobsysHTTP
import JobsysHashing
import JobsysJSON
import JobsysObservability
public import JobsysTime

/// Posts incidents to a URL, in a form that Slack takes as it is.
///
/// The body is `{"text": ..., "incident": {...}}`. With a secret, the header `Jobsys-Signature: t=<seconds>,v1=<hex>` carries
/// the HMAC-SHA256 of `<seconds>.<body>`, so that a receiver can tell who sent it, and when.
public struct WebhookNotifier: IncidentNotifier {
    private let url: URL
    private let key: HMACSHA256?
    private let transport: any HTTPTransport
    private let now: @Sendable () -> Timestamp

    /// What it is called in logs.
    public var name: String { "webhook" }

    /// Makes a notifier.
    ///
    /// - Parameters:
    ///   - url: Where to; it may be a secret itself, and appears in no text.
    ///   - secret: What the body is signed with.
    ///   - transport: Sends the requests.
    ///   - now: The wall clock.
    public init(
        url: URL,
        secret: String?,
        transport: any HTTPTransport,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.url = url
        key = secret.map { HMACSHA256(key: Array($0.utf8)) }
        self.transport = transport
        self.now = now
    }

    /// Posts once; any answer of 2xx will do.
    public func notify(_ incident: Incident, withheld: Int) async throws {
        let body = Self.body(of: incident, withheld: withheld)
        var fields: HTTPFields = [.contentType: "application/json"]
        if let key, let name = HTTPField.Name("Jobsys-Signature") {
            let instant = "\(now().seconds)"
            let code = Hex.encode(key.authenticate(Array("\(instant).".utf8) + body))
            fields[name] = "t=\(instant),v1=\(code)"
        }
        let request = HTTPRequest(
            method: .post,
            scheme: url.scheme,
            authority: url.authority,
            path: url.requestTarget,
            headerFields: fields
        )
        let response: TransportResponse
        do {
            response = try await transport.send(request, body: body, timeouts: Self.timeouts)
        } catch {
            // The error's text may hold the URL.
            throw DependencyError(webhook: "\(error.code)", "no answer", isTransient: true)
        }
        guard !(200..<300).contains(response.status) else { return }
        let isTransient = response.status >= 500 || response.status == 429 || response.status == 408
        throw DependencyError(webhook: "HTTP\(response.status)", "refused", isTransient: isTransient)
    }

    private static func body(of incident: Incident, withheld: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("text", incident.summary(withheld: withheld))
            writer.object("incident") { writer in
                switch incident.id {
                case .job(let id, let generation):
                    writer.member("jobId", id.description)
                    writer.member("generation", generation)
                case .message(let id):
                    writer.member("messageId", id)
                }
                writer.member("type", ifPresent: incident.jobType)
                writer.member("class", incident.failure.errorClass.rawValue)
                writer.member("message", incident.failure.message)
                writer.member("at", incident.failure.at.description)
                writer.member("attempts", incident.attempts)
                writer.member("traceId", ifPresent: incident.traceID?.description)
                writer.member("withheld", withheld)
            }
        }
        return writer.bytes
    }

    private static let timeouts = TransportTimeouts(connect: .seconds(2), request: .seconds(5))
}

extension URL {
    fileprivate var authority: String {
        let host = host(percentEncoded: true) ?? ""
        return port.map { "\(host):\($0)" } ?? host
    }

    fileprivate var requestTarget: String {
        let path = path(percentEncoded: true)
        return (path.isEmpty ? "/" : path) + (query(percentEncoded: true).map { "?\($0)" } ?? "")
    }
}

extension DependencyError {
    fileprivate init(webhook code: String, _ message: String, isTransient: Bool) {
        self.init(dependency: "webhook", code: code, message: message, isTransient: isTransient)
    }
}
