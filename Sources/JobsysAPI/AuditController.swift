import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTime
import Logging

/// Lists what people and keys have changed.
struct AuditController: Sendable {
    let trail: any AuditTrail

    /// All that it does.
    var routes: [Route] { [Route(.get, "/audit", .needs(.admin), respond: list)] }

    @Sendable private func list(_ request: Request, context: APIRequestContext) async throws -> Response {
        let parameters = try ListParameters(request, list: "audit", filters: Self.filters)
        let listing = try await trail.entries(try Self.query(parameters))
        var writer = JSONWriter()
        writer.object { writer in
            writer.array("audit") { writer in
                for entry in listing.elements { writer.entry(entry) }
            }
            writer.member("nextCursor", ifPresent: listing.next.map(parameters.cursor))
        }
        return Response(json: writer.bytes, status: .ok, headers: [.cacheControl: "no-store"])
    }

    /// What the list may be narrowed down to, beside a time.
    static let filters = ["principal", "action", "subject"]

    /// What a request asks for.
    ///
    /// - Throws: ``Problem`` with 422.
    static func query(_ parameters: ListParameters) throws -> AuditQuery {
        let section = ListSection(
            since: try parameters.time("since") ?? .earliest,
            until: try parameters.time("until") ?? .latest,
            after: try parameters.position,
            limit: try parameters.limit
        )
        return AuditQuery(
            section,
            principal: parameters["principal"],
            action: parameters["action"],
            subject: parameters["subject"]
        )
    }
}

/// Notes changes once they are answered: in the trail, and in a line of the log.
struct Auditor: Sendable {
    let trail: any AuditTrail
    let now: @Sendable () -> Timestamp

    /// Does what a request asks for, and notes it, whatever became of it.
    ///
    /// The change counts even if its entry cannot be written; then the log alone has it, as an error.
    func noting(
        _ action: String,
        _ context: APIRequestContext,
        _ work: () async throws -> Response
    ) async throws -> Response {
        do {
            let response = try await work()
            await note(action, context, response.status)
            return response
        } catch {
            await note(action, context, Problem(error).status)
            throw error
        }
    }

    private func note(_ action: String, _ context: APIRequestContext, _ status: HTTPResponse.Status) async {
        let entry = AuditEntry(
            id: UniqueID.make(),
            at: now(),
            principal: context.principal.name,
            tenant: context.principal.tenant,
            action: action,
            subject: RequestNotes.current?.subject ?? context.subject,
            address: context.address,
            requestID: RequestNotes.current?.requestID.description,
            status: status.code
        )
        Logger.current.notice("change", metadata: entry.logMetadata)
        do {
            try await trail.record(entry)
        } catch {
            Logger.current.error("the audit entry could not be written", error: error, metadata: entry.logMetadata)
        }
    }
}

extension APIRequestContext {
    /// What the path names: a job, a type or a key.
    ///
    /// What is none of these may be anything, a secret in the wrong place among it.
    fileprivate var subject: String? {
        if let id = parameters.get("id") { return JobID(id)?.description ?? (APIKeyText.isKeyID(id) ? id : nil) }
        return parameters.get("name").flatMap { isJobTypeName($0) ? $0 : nil }
    }
}

extension AuditEntry {
    fileprivate var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "principal": "\(principal)", "audit.action": "\(action)", "http.status": "\(status)",
        ]
        if let tenant { metadata["tenant"] = "\(tenant)" }
        if let subject { metadata["audit.subject"] = "\(subject)" }
        if let address { metadata["audit.address"] = "\(address)" }
        return metadata
    }
}

extension JSONWriter {
    fileprivate mutating func entry(_ entry: AuditEntry) {
        object { writer in
            writer.member("at", entry.at.description)
            writer.member("principal", entry.principal)
            writer.member("tenant", ifPresent: entry.tenant)
            writer.member("action", entry.action)
            writer.member("subject", ifPresent: entry.subject)
            writer.member("address", ifPresent: entry.address)
            writer.member("status", entry.status)
            writer.member("requestId", ifPresent: entry.requestID)
        }
    }
}
