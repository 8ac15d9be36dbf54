import HTTPTypes
import JobsysJSON
import Testing

@testable import JobsysAPI

@Suite("The contract as a page", .timeLimit(.minutes(1)))
struct APIDocumentationTests {
    @Test("has every operation, parameter and schema of the document, and may be read by everybody")
    func whole() async throws {
        let answer = try await APIFixture.asking().answer(.get, "/docs")
        #expect(answer.status == 200)
        #expect(answer.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
        let document = try JSONValue(parsing: OpenAPIDocument.bytes)
        for path in document["paths"]?.objectValue?.members ?? [] {
            for operation in path.value.objectValue?.keys ?? [] where operation != "parameters" {
                let text = "<code>\(operation.uppercased()) \(path.key)</code>"
                #expect(answer.text.contains(text), "\(text)")
            }
        }
        for name in document["components"]?["schemas"]?.objectValue?.keys ?? [] {
            #expect(answer.text.contains(#"id="schema-\#(name)""#), "\(name)")
        }
        #expect(
            answer.text.contains("<code>Idempotency-Key</code>") && answer.text.contains("<code>jobs:submit</code>")
        )
        // What a reference names is there.
        for match in answer.text.matches(of: #/href="#([^"]+)"/#) {
            #expect(answer.text.contains(#"id="\#(match.1)""#), "\(match.1)")
        }
        #expect(!answer.text.contains("style=") && !answer.text.contains("http://"))
    }
}
