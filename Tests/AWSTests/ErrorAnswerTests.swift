import CurlHTTP
import HTTPTypes
import Testing

@testable import AWS

@Suite struct ErrorAnswerTests {
    @Test(
        "The error's name is found in the body, else in the header, else it is the status",
        arguments: [
            (#"{"__type":"com.amazon.coral#Code","message":"m"}"#, [:], "Code", "m"),
            (#"{"__type":"Code","Message":"m"}"#, [:], "Code", "m"),
            (#"{"__type":"Code:http://internal/","message":null}"#, [:], "Code", ""),
            (#"{"code":"Code","message":7}"#, [:], "Code", ""),
            ("{}", ["x-amzn-errortype": "Code:http://internal/"], "Code", ""),
            ("<html>", ["x-amzn-errortype": "ns#Code"], "Code", ""),
            ("<html>", [:], "HTTP400", ""),
            ("", [:], "HTTP400", ""),
            (#"{"__type":"Code","#, [:], "Code", ""),
        ] as [(String, [String: String], String, String)]
    )
    func forms(body: String, fields: [String: String], code: String, message: String) throws {
        let failure = try answer(body, fields)
        #expect(failure.code == code)
        #expect(failure.message == message)
        #expect(failure.status == 400)
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
