import FoundationEssentials
import JobsysJSON
import JobsysSigV4
import JobsysTime

/// The JSON document with which metadata services and programs hand out credentials.
struct CredentialsDocument {
    let credentials: AWSCredentials

    /// Reads the answer of a metadata service; the error names the member at fault, never a value.
    init(_ body: [UInt8], provider: String) throws(CredentialsError) {
        let members = try Members(body, provider: provider)
        if let code = members.optional("Code"), code != "Success" {
            let message = members.optional("Message") ?? ""
            throw members.failure(.refused, "says \(code.prefix(100)) \(message.prefix(200))")
        }
        credentials = AWSCredentials(
            accessKeyID: try members.required("AccessKeyId"),
            secretAccessKey: try members.required("SecretAccessKey"),
            sessionToken: try members.required("Token"),
            expiration: try members.time(try members.required("Expiration"))
        )
    }

    /// Reads what a program wrote, whose credentials need not be temporary.
    init(processOutput body: [UInt8], provider: String) throws(CredentialsError) {
        let members = try Members(body, provider: provider)
        guard members.document["Version"]?.intValue == 1 else {
            throw members.failure(.unreadable, "has a Version other than 1")
        }
        var expiration: Date?
        if let text = members.optional("Expiration") { expiration = try members.time(text) }
        credentials = AWSCredentials(
            accessKeyID: try members.required("AccessKeyId"),
            secretAccessKey: try members.required("SecretAccessKey"),
            sessionToken: members.optional("SessionToken"),
            expiration: expiration
        )
    }
}

private struct Members: Redacted {
    let document: JSONValue
    let provider: String

    init(_ body: [UInt8], provider: String) throws(CredentialsError) {
        // The parser's error could quote the document.
        guard let document = try? JSONValue(parsing: body) else {
            throw CredentialsError(.unreadable, provider: provider, "the answer is not JSON")
        }
        (self.document, self.provider) = (document, provider)
    }

    func optional(_ name: String) -> String? {
        guard let text = document[name]?.stringValue, !text.isEmpty else { return nil }
        return text
    }

    func required(_ name: String) throws(CredentialsError) -> String {
        guard let text = optional(name) else { throw failure(.unreadable, "lacks the member \(name)") }
        return text
    }

    func time(_ text: String) throws(CredentialsError) -> Date {
        guard let date = Date(credentialsTimestamp: text) else {
            throw failure(.unreadable, "has an Expiration that is no time")
        }
        return date
    }

    func failure(_ code: CredentialsError.Code, _ problem: String) -> CredentialsError {
        CredentialsError(code, provider: provider, "the answer \(problem)")
    }
}

extension Date {
    /// The same instant.
    init(_ timestamp: Timestamp) {
        self.init(timeIntervalSince1970: Double(timestamp.milliseconds) / 1000)
    }

    /// Reads an RFC 3339 time, with or without a fraction of a second.
    init?(credentialsTimestamp text: String) {
        guard let timestamp = Timestamp(rfc3339: text) else { return nil }
        self.init(timestamp)
    }

    /// The RFC 3339 time in UTC, in whole seconds: `2026-01-31T12:00:00Z`; within the years 0 to 9999.
    var credentialsTimestamp: String {
        let seconds = min(max(timeIntervalSince1970, -62_167_219_200), 253_402_300_799).rounded(.down)
        return Timestamp(milliseconds: Int64(seconds) * 1000).description.prefix(19) + "Z"
    }
}
