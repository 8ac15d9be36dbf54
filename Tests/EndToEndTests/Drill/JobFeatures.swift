import HTTPTypes
import JobsysJSON

/// What a job may ask for beside its work, as far as the API under test knows it.
struct JobFeatures: Sendable {
    var delays: Bool
    var ordering: Bool

    /// Asks for a job that is wrong in any case, so that none is made, and looks at what the API complains about.
    init(of client: APIClient) async throws {
        let body: JSONValue = ["type": "", "payload": [:], "delaySeconds": 1, "orderingKey": "key"]
        let answer = try await client.send(
            .post,
            "/jobs",
            headers: [.contentType: "application/json"],
            body: body.serializedString
        )
        let errors = try answer.json(status: 422)["errors"]?.arrayValue ?? []
        let complaints = Set(errors.compactMap { $0["pointer"]?.stringValue })
        delays = !complaints.contains("/delaySeconds")
        ordering = !complaints.contains("/orderingKey")
    }
}
