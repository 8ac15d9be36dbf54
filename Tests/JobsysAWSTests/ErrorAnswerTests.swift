import HTTPTypes
import JobsysHTTP
import JobsysSigV4
import Testing

@testable import JobsysAWS

@Suite struct ErrorAnswerTests {
    @Test(
        "The error's name is found in the body, else in a header, else it is the status",
        arguments: [
            (#"{"__type":"com.amazon.coral#Code","message":"m"}"#, [:], "Code", "m"),
            (#"{"__type":"Code","Message":"m"}"#, [:], "Code", "m"),
            (#"{"__type":"Code:http://internal/","message":null}"#, [:], "Code", ""),
            (#"{"code":"Code","message":7}"#, [:], "Code", ""),
            (#"{"code":"No","__type":"Code","message":"m"}"#, [:], "Code", "m"),
            (" \r\n{\"__type\":\"Code\"}", [:], "Code", ""),
            (#"{"__type":"Code","#, [:], "Code", ""),
            (#"{"__type":"Code","message":"one\ntwo"}"#, [:], "Code", "one"),
            ("{}", ["x-amzn-errortype": "Code:http://internal/"], "Code", ""),
            ("<html>", ["x-amzn-errortype": "ns#Code"], "Code", ""),
            (#"{"__type":"a b"}"#, ["x-amzn-errortype": "Code"], "Code", ""),
            ("", ["x-amzn-query-error": "AWS.SQS.Gone;Sender"], "AWS.SQS.Gone", ""),
            (
                "<?xml version=\"1.0\"?>\n<ErrorResponse><Error><Code>Code</Code><Message>m</Message></Error></ErrorResponse>",
                [:], "Code", "m"
            ),
            ("", [:], "HTTP400", ""),
        ] as [(String, [String: String], String, String)]
    )
    func forms(body: String, fields: [String: String], code: String, message: String) throws {
        let failure = try answer(body, fields)
        #expect(failure.code == code)
        #expect(failure.message == message)
        #expect(failure.status == 400)
    }

    @Test(
        "What is no error of AWS is said to be none, without its content",
        arguments: [
            "<html><title>503</title></html>", "oops", "[]", #"{"__type":""}"#, #"{"__type":"ns#"}"#, "<Code></Code>",
            "<Code><b>x</b></Code>", "<Code>x", #"{"__type":"<script>"}"#,
            #"{"__type":"\#(String(repeating: "x", count: 129))"}"#,
        ]
    )
    func strangers(body: String) throws {
        let failure = try answer(body, ["content-type": "text/html"])
        #expect(failure.code == "HTTP400")
        #expect(failure.message == "the answer is no error of AWS: \(body.utf8.count) bytes, text/html")
    }

    @Test("A message that quotes the session token or the secret key is left out")
    func secrets() async throws {
        let credentials = AWSCredentials(accessKeyID: "AK", secretAccessKey: "Wert", sessionToken: "IQoJb3")
        for secret in ["Wert", "IQoJb3"] {
            let body = #"{"__type":"InvalidSignatureException","message":"it was x-amz-security-token:\#(secret)"}"#
            let fixture = Fixture([.response(403, [:], body)], credentials: StaticCredentials(credentials))
            let error = try #require(try await fixture.failure(of: Fixture.getItem))
            #expect(error.message == "the message is left out: it shows a secret")
            #expect(!String(reflecting: error).contains(secret))
        }
    }

    @Test("The code of the former query protocol and the request id are kept")
    func queryError() throws {
        let failure = try answer(
            #"{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}"#,
            ["x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender", "x-amzn-requestid": "R"]
        )
        #expect(failure.code == "QueueDoesNotExist")
        #expect(failure.legacyCode == "AWS.SimpleQueueService.NonExistentQueue")
        #expect(failure.requestID == "R")
    }

    private func answer(_ body: String, _ fields: [String: String]) throws -> AWSServiceFailure {
        var head = HTTPResponse(status: .badRequest)
        for (name, value) in fields { head.headerFields[try #require(HTTPField.Name(name))] = value }
        return AWSServiceFailure(TransportResponse(head: head, body: Array(body.utf8)))
    }
}
