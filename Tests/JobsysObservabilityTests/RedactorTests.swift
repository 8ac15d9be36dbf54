import JobsysJSON
import JobsysObservability
import JobsysPropertyTestKit
import Testing

@Suite("Redaction")
struct RedactorTests {
    let redactor = Redactor.standard

    @Test(
        "Names that carry secrets are known in every spelling",
        arguments: [
            "password", "Password", "PASSWORD", "dbPassword", "db_password", "dbpassword", "userPassword2", "passwd",
            "pwd",
            "secret", "clientSecret", "client-secret", "clientsecret", "secretAccessKey", "AWS_SECRET_ACCESS_KEY",
            "secretKey",
            "token", "sessionToken", "x-amz-security-token", "access_token", "authtoken", "tokens", "id.token",
            "authorization", "Authorization", "Proxy-Authorization", "api_key", "apiKey", "apikey", "api-key",
            "x-api-key",
            "APIKey", "XAPIKey", "STRIPEAPIKEY2", "access_key", "accessKeyId", "private_key", "privateKeyPEM",
            "credential",
            "credentials", "awsCredentials", "cookie", "Set-Cookie", "session", "sessionId", "session_id", "ssn",
            "credit_card",
            "creditCardNumber", "cardNumber", "card_number", "cvv", "cvc", "pin", "cardPin", "passphrase", "jwt", "otp",
        ]
    )
    func sensitive(name: String) {
        #expect(redactor.isSensitive(name))
    }

    @Test(
        "Names that only look like it are left alone",
        arguments: [
            "", "tokenizer", "tokenize", "maxTokens", "max_tokens", "totalTokens", "secretary", "spinning", "pinned",
            "opinion",
            "author", "authority", "key", "publicKey", "idempotencyKey", "orderingKey", "PK", "jobId", "payload",
            "payloadHash",
            "type", "status", "card", "cards", "passenger", "compass", "keyboard", "accessible", "possession", "text",
            "sleepMs",
            "traceId", "http.request.id", "aws.request.attempts", "é", "__", "credit", "private",
        ]
    )
    func innocent(name: String) {
        #expect(!redactor.isSensitive(name))
    }

    @Test("Additional names are matched like the usual ones")
    func additional() {
        let redactor = Redactor(additionalNames: ["iban", "tax_number", ""])
        for name in ["iban", "IBAN", "customerIban", "taxNumber", "TAX-NUMBER", "password"] {
            #expect(redactor.isSensitive(name), "\(name)")
        }
        for name in ["tax", "number", "ibans", ""] {
            #expect(!redactor.isSensitive(name), "\(name)")
        }
    }

    @Test("Sensitive members lose their values at any depth, whatever these are")
    func values() throws {
        let value = try JSONValue(
            parsing:
                #"{"user":"a","password":"p","list":[{"apiKey":{"x":1}},"Bearer abcdef123"],"pin":1234,"note":null}"#
        )
        #expect(
            redactor.redact(value).serializedString
                == #"{"user":"a","password":"[redacted]","list":[{"apiKey":"[redacted]"},"Bearer [redacted]"],"#
                + #""pin":"[redacted]","note":null}"#
        )
    }

    @Test(
        "Free text loses what looks like a secret and nothing else",
        arguments: [
            ("nothing to hide: 3 of 4, tokenizer=x", "nothing to hide: 3 of 4, tokenizer=x"),
            ("password=hunter2&user=a", "password=[redacted]&user=a"),
            ("db.password: hunter2, host: h", "db.password: [redacted], host: h"),
            ("PASSWORD = 'a b' next", "PASSWORD = '[redacted]' next"),
            (#"{"token":"a\"b","n":1}"#, #"{"token":"[redacted]","n":1}"#),
            (#"body "{\"apiKey\":\"abc\",\"n\":1}""#, #"body "{\"apiKey\":\"[redacted]\",\"n\":1}""#),
            (
                "Authorization: AWS4-HMAC-SHA256 Credential=A/b, Signature=c\nHost: h",
                "Authorization: [redacted]\nHost: h"
            ),
            ("Set-Cookie: a=b; Path=/\r\nX: y", "Set-Cookie: [redacted]\r\nX: y"),
            ("sent Bearer abc.def-123~+/== to h", "sent Bearer [redacted] to h"),
            ("the bearer authentication of a basic household", "the bearer authentication of a basic household"),
            ("basic dXNlcjpwYXNz", "basic [redacted]"),
            ("key AKIAIOSFODNN7EXAMPLE is unknown", "key [redacted] is unknown"),
            ("ASIAIOSFODNN7EXAMPLE/20260101/eu", "[redacted]/20260101/eu"),
            ("AKIA is a prefix", "AKIA is a prefix"),
            (
                "key jobsys_prod_0123456789abcdef_0123456789abcdefghijklmnopqrstuvABCDEF is no good",
                "key [redacted] is no good"
            ),
            ("jobsys_http_requests_total and jobsys_prod", "jobsys_http_requests_total and jobsys_prod"),
            ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln back", "got [redacted] back"),
            (
                "GET https://user:pa55@host:80/x?token=abc&y=1 failed",
                "GET https://[redacted]@host:80/x?token=[redacted]&y=1 failed"
            ),
            ("https://host/a@b", "https://host/a@b"),
            ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "aws_secret_access_key = [redacted]"),
            ("token:", "token:"), ("password=", "password="), ("token=\"", "token=\"[redacted]"),
            ("secret: \"a", "secret: \"[redacted]"),
            ("é😀 пароль secret=é😀 x", "é😀 пароль secret=[redacted] x"), ("", ""),
        ]
    )
    func text(text: String, expected: String) {
        #expect(redactor.redact(text: text) == expected)
    }

    @Test(
        "A sentence about a secret is none: what people read when nothing works stays whole",
        arguments: [
            "ExpiredTokenException: The security token included in the request is expired",
            "sqs ReceiveMessage: ExpiredToken: The security token has expired (HTTP 403)",
            "InvalidClientTokenId: The security token included in the request is invalid.",
            "InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.",
            "MissingAuthenticationToken: Request is missing Authentication Token",
            "CredentialsUnavailable: no process: no credential_process in the profile; no container: not set",
            "UnauthorizedSSOTokenError: session expired, sign in again",
            "TokenRefreshRequired: Token refresh required", "invalid_token: The access token expired",
            "credentials: the file cannot be read", "web identity token: No such file", "session: closed by the peer",
            "AWS_SECRET_ACCESS_KEY: missing, expected a secret access key", "password: null, user: a",
            "pin: null and void",
            "token: expired",
            "MissingAuthorizationException: The header is absent", "InvalidPasswordException: Password is too short",
        ]
    )
    func prose(text: String) {
        #expect(redactor.redact(text: text) == text)
    }

    @Test(
        "What may be a secret goes, also after a name that speaks of failure",
        arguments: [
            ("ExpiredToken: AQoDYXdzEJr1K3Example is over", "ExpiredToken: [redacted] is over"),
            ("InvalidToken: abcdefghijklmnopqrstuvwxyz is over", "InvalidToken: [redacted] is over"),
            ("InvalidToken=The token", "InvalidToken=[redacted] token"),
            ("ExpiredTokenException: 'The token'", "ExpiredTokenException: '[redacted]'"),
            ("InvalidToken: swordfish", "InvalidToken: [redacted]"), ("token: swordfish", "token: [redacted]"),
            ("password: correct horse", "password: [redacted] horse"),
            ("secret: open sesame", "secret: [redacted] sesame"),
            ("Authorization: Token of mine", "Authorization: [redacted]"),
            ("token: nullified4", "token: [redacted]"),
        ]
    )
    func secretAfterComplaint(text: String, expected: String) {
        #expect(redactor.redact(text: text) == expected)
    }

    @Test("Redacting what is redacted changes nothing")
    func idempotent() {
        let text = "password=a token: 'b' https://u:p@h"
        let once = redactor.redact(text: text)
        #expect(redactor.redact(text: once).contains("[redacted]"))
        #expect(!redactor.redact(text: once).contains("p@h"))
    }

    @Test("An excerpt is redacted before it is cut, and is cut between characters")
    func excerpts() {
        let value: JSONValue = ["password": "hunter2", "text": "aé😀z"]
        let whole = #"{"password":"[redacted]","text":"aé😀z"}"#
        #expect(redactor.excerpt(of: value, maxBytes: 1000) == whole)
        #expect(redactor.excerpt(of: value, maxBytes: whole.utf8.count) == whole)
        for limit in 0..<whole.utf8.count {
            let excerpt = redactor.excerpt(of: value, maxBytes: limit)
            #expect(excerpt.utf8.count <= limit)
            #expect(excerpt.utf8.count > limit - 4 - 3 || limit < 3)
            #expect(limit < 3 ? excerpt.isEmpty : excerpt.hasSuffix("…"))
            #expect(whole.hasPrefix(excerpt.dropLast()))
        }
    }

    @Test("Random text never traps, and no planted secret survives", arguments: [1, 2] as [UInt64])
    func fuzz(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "password", "token", "=", ":", " ", "\"", "\\", "'", "://", "@", "\n", "Bearer ", "é", "x", "eyJ.", "/",
            "AKIA", "&", "{",
        ]
        for _ in 0..<2_000 {
            let noise = (0..<Int.random(in: 0...12, using: &random))
                .compactMap { _ in pieces.randomElement(using: &random) }
            _ = redactor.redact(text: noise.joined())
            #expect(!redactor.redact(text: noise.joined() + "\n\"'apiKey=S3cr3tS3cr3t").contains("S3cr3t"))
        }
    }
}
