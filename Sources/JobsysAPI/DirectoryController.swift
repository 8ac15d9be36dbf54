import Hummingbird
import JobsysCore
import JobsysJSON
import JobsysTime
import Logging

/// Lists workers and job types, pauses types and limits them.
struct DirectoryController: Sendable {
    let directory: any WorkerDirectory
    let cache: DirectoryCache
    let bodyReader: BodyReader
    let now: @Sendable () -> Timestamp

    /// All that it does.
    var routes: [Route] {
        [
            Route(.get, "/workers", .needs(.readSystem), respond: listWorkers),
            Route(.get, "/types", .needs(.readSystem), respond: listTypes),
            Route(.post, "/types/{name}/pause", .needs(.admin), change: "type.pause", respond: pause),
            Route(.post, "/types/{name}/resume", .needs(.admin), change: "type.resume", respond: resume),
            Route(.put, "/types/{name}/limits", .needs(.admin), change: "type.limit", respond: limit),
        ]
    }

    @Sendable private func listWorkers(_ request: Request, context: APIRequestContext) async throws -> Response {
        let snapshot = try await cache.read()
        return response { writer in
            writer.array("workers") { writer in
                for worker in snapshot.workers { writer.worker(worker) }
            }
        }
    }

    @Sendable private func listTypes(_ request: Request, context: APIRequestContext) async throws -> Response {
        let snapshot = try await cache.read()
        return response { writer in
            writer.array("types") { writer in
                for type in snapshot.typeNames.compactMap(snapshot.type) {
                    writer.object { $0.type(type, in: snapshot) }
                }
            }
        }
    }

    @Sendable private func pause(_ request: Request, context: APIRequestContext) async throws -> Response {
        let name = try context.typeName
        let pause = try await PauseRequest(request, body: bodyReader, at: now()).pause
        return try await self.pause(name, pause)
    }

    /// Pauses a type and answers it.
    func pause(_ name: String, _ pause: TypePause) async throws -> Response {
        let answer = try await change { try await directory.pause(name, pause) }
        Logger.current.notice(
            "type paused",
            metadata: ["job.type": "\(name)", "pause.by": "\(pause.by ?? "")", "pause.reason": "\(pause.reason ?? "")"]
        )
        return answer
    }

    @Sendable private func resume(_ request: Request, context: APIRequestContext) async throws -> Response {
        try await resume(try context.typeName)
    }

    /// Has jobs of a type start again, and answers it.
    func resume(_ name: String) async throws -> Response {
        let answer = try await change { try await directory.resume(name) }
        Logger.current.notice("type resumed", metadata: ["job.type": "\(name)"])
        return answer
    }

    @Sendable private func limit(_ request: Request, context: APIRequestContext) async throws -> Response {
        let name = try context.typeName
        let limits = try await LimitsRequest(request, body: bodyReader)
        return try await limit(name, limits)
    }

    /// Limits a type, or takes limits away, and answers it.
    func limit(_ name: String, _ limits: LimitsRequest) async throws -> Response {
        let answer = try await change {
            try await directory.limit(name, rate: limits.rate, concurrency: limits.concurrency)
        }
        Logger.current.notice(
            "type limited",
            metadata: [
                "job.type": "\(name)", "type.rate": "\(limits.rate)", "type.concurrency": "\(limits.concurrency)",
            ]
        )
        return answer
    }

    /// Makes a change to a type and answers the type.
    ///
    /// The directory is read first: where it cannot be, workers would not hear of the change.
    private func change(_ write: () async throws -> TypeRecord?) async throws -> Response {
        var snapshot = try await cache.read()
        guard let written = try await write() else { throw Problem.noSuchType }
        snapshot.types[written.name] = written
        return response { writer in writer.type(snapshot.type(written.name) ?? written, in: snapshot) }
    }

    private func response(_ members: (inout JSONWriter) -> Void) -> Response {
        var writer = JSONWriter()
        writer.object(members)
        return Response(json: writer.bytes, status: .ok, headers: [.cacheControl: "no-store"])
    }
}

extension APIRequestContext {
    /// The job type that the path names.
    ///
    /// - Throws: ``Problem`` with 422 for what is no type's name.
    var typeName: String {
        get throws {
            guard let name = parameters.get("name"), isJobTypeName(name) else {
                let rule = "1 to 64 of a-z, 0-9, '.', '_' and '-' that start with a letter"
                throw Problem(.unprocessableContent, "The path must name a job type: \(rule).")
            }
            return name
        }
    }
}

extension JSONWriter {
    /// Writes a worker; members without a value are left out.
    fileprivate mutating func worker(_ worker: WorkerRecord) {
        object { writer in
            writer.member("workerId", worker.id)
            writer.member("version", worker.version)
            writer.member("host", worker.host)
            writer.array("types") { writer in
                for type in worker.types { writer.string(type) }
            }
            writer.member("slots", worker.slots)
            writer.member("busy", worker.busy)
            writer.object("running") { writer in
                for (type, count) in worker.running.sorted(by: { $0.key < $1.key }) { writer.member(type, count) }
            }
            writer.object("breakers") { writer in
                for (type, state) in worker.breakers.sorted(by: { $0.key < $1.key }) { writer.member(type, state) }
            }
            writer.member("draining", worker.isDraining)
            writer.member("startedAt", worker.startedAt.description)
            writer.member("seenAt", worker.seenAt.description)
        }
    }

    /// Writes the members of a type; those without a value are left out.
    fileprivate mutating func type(_ type: TypeRecord, in snapshot: DirectorySnapshot) {
        member("type", type.name)
        member("workers", snapshot.workers(offering: type.name).count)
        member("paused", type.pause != nil)
        if let pause = type.pause {
            object("pause") { writer in
                writer.member("at", pause.at.description)
                writer.member("by", ifPresent: pause.by)
                writer.member("reason", ifPresent: pause.reason)
            }
        }
        object("limits") { writer in
            writer.member("rate", ifPresent: type.limits.rate)
            writer.member("concurrency", ifPresent: type.limits.concurrency)
        }
        member("lastOfferedAt", ifPresent: type.lastOfferedAt?.description)
        if !type.sensitive.isEmpty {
            array("sensitive") { writer in
                for path in type.sensitive { writer.string(path.description) }
            }
        }
    }
}
