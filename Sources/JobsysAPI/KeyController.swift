import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysJSON
import JobsysTime
import Logging

/// Lists API keys, makes, replaces and ends them.
struct KeyController: Sendable {
    let store: any APIKeyStore
    let authentication: Authentication
    let stage: String
    let bodyReader: BodyReader
    let now: @Sendable () -> Timestamp

    /// All that it does.
    var routes: [Route] {
        [
            Route(.get, "/keys", .needs(.admin), respond: list),
            Route(.post, "/keys", .needs(.admin), change: "key.create", respond: create),
            Route(.post, "/keys/{id}/rotate", .needs(.admin), change: "key.rotate", respond: rotate),
            Route(.post, "/keys/{id}/revoke", .needs(.admin), change: "key.revoke", respond: revoke),
        ]
    }

    @Sendable private func list(_ request: Request, context: APIRequestContext) async throws -> Response {
        let (keys, instant) = (try await store.keys(), now())
        return response(.ok) { writer in
            writer.array("keys") { writer in
                for key in keys { writer.object { $0.key(key, at: instant) } }
            }
        }
    }

    /// Answers the new key: the only time that anybody sees it.
    @Sendable private func create(_ request: Request, context: APIRequestContext) async throws -> Response {
        let (text, key) = try await create(try await KeyRequest(request, body: bodyReader), by: context.principal)
        return response(.created) { writer in
            writer.member("key", text.revealed())
            writer.key(key, at: key.createdAt)
        }
    }

    /// Makes a key.
    ///
    /// - Throws: What the store throws.
    func create(_ wanted: KeyRequest, by principal: Principal) async throws -> (APIKeyText, APIKey) {
        let text = APIKeyText.make(stage: stage)
        let key = wanted.key(text, at: now(), by: principal.name)
        RequestNotes.current?.subject = key.id
        try await store.create(key)
        Logger.current.notice("key made", metadata: key.logMetadata)
        return (text, key)
    }

    /// Answers the key that takes the place of another one, which ends a while later.
    @Sendable private func rotate(_ request: Request, context: APIRequestContext) async throws -> Response {
        let id = try context.keyID
        let overlap = try await RotationRequest(request, body: bodyReader).overlap
        let (text, key, replaced) = try await replace(id, overlap: overlap, by: context.principal)
        return response(.created) { writer in
            writer.member("key", text.revealed())
            writer.key(key, at: key.createdAt)
            writer.object("replaces") { $0.key(replaced, at: key.createdAt) }
        }
    }

    /// Puts another key in the place of one, which stays good for a while.
    ///
    /// - Returns: The new key, and the one that it replaces.
    /// - Throws: ``Problem`` with 404 or 409; what the store throws.
    func replace(
        _ id: String,
        overlap: Duration,
        by principal: Principal
    ) async throws -> (APIKeyText, APIKey, replaced: APIKey) {
        let instant = now()
        guard let old = try await store.key(id) else { throw Problem.noSuchKey }
        let text = APIKeyText.make(stage: stage)
        let key = old.successor(text, at: instant, by: principal.name)
        guard let replaced = try await store.replace(id, with: key, endingAt: instant + overlap) else {
            throw Problem.endedKey
        }
        authentication.forget(id)
        Logger.current.notice("key replaced", metadata: key.logMetadata.merging(["key.replaced": "\(id)"]) { $1 })
        return (text, key, replaced)
    }

    @Sendable private func revoke(_ request: Request, context: APIRequestContext) async throws -> Response {
        let key = try await revoke(try context.keyID)
        return response(.ok) { $0.key(key, at: now()) }
    }

    /// Ends a key.
    ///
    /// - Throws: ``Problem`` with 404; what the store throws.
    @discardableResult
    func revoke(_ id: String) async throws -> APIKey {
        guard let key = try await store.revoke(id, at: now()) else { throw Problem.noSuchKey }
        authentication.forget(key.id)
        Logger.current.notice("key revoked", metadata: key.logMetadata)
        return key
    }

    private func response(_ status: HTTPResponse.Status, _ members: (inout JSONWriter) -> Void) -> Response {
        var writer = JSONWriter()
        writer.object(members)
        return Response(json: writer.bytes, status: status, headers: [.cacheControl: "no-store"])
    }
}

extension APIRequestContext {
    /// The key that the path names.
    ///
    /// - Throws: ``Problem`` with 404 for what is no key's id.
    var keyID: String {
        get throws {
            guard let id = parameters.get("id"), APIKeyText.isKeyID(id) else { throw Problem.noSuchKey }
            return id
        }
    }
}

extension APIKey {
    /// What a log line about the key says; no secret.
    var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "key.id": "\(id)", "key.scopes": "\(scopes.map(\.rawValue).sorted().joined(separator: " "))",
        ]
        if let tenant { metadata["key.tenant"] = "\(tenant)" }
        return metadata
    }
}

extension JSONWriter {
    /// Writes the members of a key as administrators see it; those without a value are left out.
    mutating func key(_ key: APIKey, at now: Timestamp) {
        member("keyId", key.id)
        member("ending", key.ending)
        member("status", key.status(at: now).rawValue)
        member("tenant", ifPresent: key.tenant)
        array("scopes") { writer in
            for scope in key.scopes.map(\.rawValue).sorted() { writer.string(scope) }
        }
        if let types = key.types {
            array("types") { writer in
                for type in types.sorted() { writer.string(type) }
            }
        }
        member("name", ifPresent: key.name)
        member("createdAt", key.createdAt.description)
        member("createdBy", key.createdBy)
        member("expiresAt", ifPresent: key.expiresAt?.description)
        member("revokedAt", ifPresent: key.revokedAt?.description)
        member("replacedBy", ifPresent: key.replacedBy)
        member("lastUsedAt", ifPresent: key.lastUsedAt?.description)
    }
}

extension Authentication {
    /// Has a key looked up again that was changed.
    fileprivate func forget(_ id: String) {
        if case .required(let ring, _, _) = self { ring.forget(id) }
    }
}

extension Problem {
    /// There is no such key.
    fileprivate static let noSuchKey = Problem(.notFound, "There is no key of this id.")

    /// The key has ended, and what it allowed is not to come back by itself.
    fileprivate static let endedKey = Problem(.conflict, "The key has expired or was revoked: make a new one.")
}
