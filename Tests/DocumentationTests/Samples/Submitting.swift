import JobsysClient

func resizeAndWait(_ url: String) async throws -> String? {
    let client = try JobClient(url: "http://127.0.0.1:8080")
    let job = try await client.submit(.resize, Resize(url: url, width: 640), idempotencyKey: "resize-\(url)")
    let done = try await client.wait(for: job.id, upTo: .seconds(60))
    guard done.status == .succeeded else { return nil }
    return try done.result(as: [String: String].self)["place"]
}

func redriveWhatTheNetworkHasFailed(_ client: JobClient) async throws {
    for try await job in client.jobs(status: .failedFinal, type: "image.resize")
    where job.failure?.errorClass == .network {
        _ = try await client.redrive(job.id)
    }
}
