import AWSSigV4
import FoundationEssentials
import JSON

/// The JSON document with which containers' and instances' metadata services hand out credentials.
struct CredentialsDocument {
    let credentials: AWSCredentials

    /// Reads the document; the error names the member at fault, never a value.
    init(_ body: [UInt8], provider: String) throws(CredentialsError) {
        // The parser's error could quote the document.
        guard let document = try? JSONValue(parsing: body) else {
            throw CredentialsError(.unreadable, provider: provider, "the answer is not JSON")
        }
        if let code = document["Code"]?.stringValue, code != "Success" {
            let message = document["Message"]?.stringValue ?? ""
            throw CredentialsError(
                .refused,
                provider: provider,
                "the answer says \(code.prefix(100)) \(message.prefix(200))"
            )
        }
        func member(_ name: String) throws(CredentialsError) -> String {
            if let text = document[name]?.stringValue, !text.isEmpty { return text }
            throw CredentialsError(.unreadable, provider: provider, "the answer lacks the member \(name)")
        }
        let timestamp = try member("Expiration")
        guard let expiration = Date(credentialsTimestamp: timestamp) else {
            throw CredentialsError(.unreadable, provider: provider, "Expiration is \(timestamp.prefix(50)), not a time")
        }
        credentials = AWSCredentials(
            accessKeyID: try member("AccessKeyId"),
            secretAccessKey: try member("SecretAccessKey"),
            sessionToken: try member("Token"),
            expiration: expiration
        )
    }
}
