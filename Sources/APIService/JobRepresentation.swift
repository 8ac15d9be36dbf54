import HTTPTypes
import Hummingbird
import JSON
import Jobs
import Observability

/// A job as clients see it, on submission and ever after; members without a value are left out.
struct JobRepresentation {
    let job: Job

    init(_ job: Job) {
        self.job = job
    }

    /// The path that leads to the job.
    var location: String {
        "/jobs/\(job.id)"
    }

    /// The response that carries it; what it says holds for this moment only, so nobody may cache it.
    func response(_ status: HTTPResponse.Status, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.cacheControl] = "no-store"
        return Response(json: document, status: status, headers: headers)
    }

    private var document: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("jobId", job.id.description)
            writer.member("type", job.type)
            writer.member("status", job.status.rawValue)
            writer.member("attempts", job.attempts)
            writer.member("maxAttempts", job.maxAttempts)
            writer.member("createdAt", job.createdAt.description)
            writer.member("updatedAt", job.updatedAt.description)
            writer.member("startedAt", ifPresent: job.startedAt?.description)
            writer.member("finishedAt", ifPresent: job.finishedAt?.description)
            writer.member("result", ifPresent: job.result)
            writer.failure(job.error)
            writer.member("traceId", job.traceID.description)
        }
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func failure(_ failure: Job.RecordedFailure?) {
        guard let failure else { return }
        object("error") { writer in
            writer.member("class", failure.errorClass.rawValue)
            writer.member("message", failure.message)
            writer.member("at", failure.at.description)
        }
    }
}
