import HTTPTypes
import JobsysCore
import JobsysHTTP
import JobsysJSON
import JobsysTime
import Testing

@testable import JobsysWorker

@Suite("What an endpoint's answer says")
struct HTTPAnswerTests {
    private static let now = Timestamp(rfc3339: "1994-11-06T08:49:00Z") ?? .earliest

    private static func outcome(
        _ status: Int,
        _ headers: HTTPFields = [:],
        _ body: String = ""
    ) -> HTTPAnswer.Outcome {
        let head = HTTPResponse(status: .init(code: status), headerFields: headers)
        let response = TransportResponse(head: head, body: Array(body.utf8))
        return HTTPAnswer(response, from: "POST http://h/", at: now).outcome()
    }

    private static func failure(_ outcome: HTTPAnswer.Outcome) -> JobFailure? {
        if case .failed(let failure) = outcome { failure } else { nil }
    }

    @Test(
        "A status has a class",
        arguments: [
            (ErrorClass.validation, [400, 413, 415, 422]),
            (.system, [401, 403, 404, 405, 409, 425, 500, 501, 502, 503, 504, 505, 599, 300, 301, 304, 308]),
            (.network, [408]), (.rateLimit, [429]), (.unknown, [402, 406, 411, 418, 451, 600, 999]),
        ]
    )
    func errorClass(expected: ErrorClass, statuses: [Int]) {
        for status in statuses {
            let failure = Self.failure(Self.outcome(status))
            #expect(failure?.errorClass == expected, "\(status)")
            #expect(failure?.message.hasPrefix("POST http://h/ answered \(status)") == true)
        }
    }

    @Test(
        "A success has the body as its result",
        arguments: [
            (200, "application/json", #"{"width":640}"#, ["width": 640]),
            (201, "application/problem+json; charset=utf-8", "[1]", [1]),
            (200, "text/plain", "640", "640"), (200, nil, "640", 640), (200, nil, "done", "done"),
            (200, "application/json", "{broken", "{broken"), (204, nil, "", .null), (200, "text/html", "", .null),
            (202, nil, "", .null), (299, "application/json", "null", .null),
        ] as [(Int, String?, String, JSONValue)]
    )
    func result(status: Int, type: String?, body: String, expected: JSONValue) {
        let headers: HTTPFields = type.map { [.contentType: $0] } ?? [:]
        #expect(Self.outcome(status, headers, body) == .succeeded(expected))
    }

    @Test("202 waits for more only where the endpoint says so")
    func asynchronous() {
        let says: HTTPFields = [.jobsys("jobsys-async"): "True"]
        #expect(Self.outcome(202, says) == .goesOn)
        #expect(Self.outcome(200, says) == .succeeded(.null))
        #expect(Self.outcome(202, [.jobsys("jobsys-async"): "false"]) == .succeeded(.null))
    }

    @Test(
        "Retry-After is seconds or a date, and wins whatever the status",
        arguments: [
            ("120", Duration.seconds(120)), ("0", .zero), (" 7 ", .seconds(7)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", .seconds(37)), ("Sunday, 06-Nov-94 08:49:37 GMT", .seconds(37)),
            ("Sun Nov  6 08:49:37 1994", .seconds(37)), ("Sun, 06 Nov 1994 08:00:00 GMT", .zero),
            ("99999999999999999999", .seconds(31_536_000)), ("Fri, 31 Dec 9999 23:59:59 GMT", .seconds(31_536_000)),
            ("soon", nil), ("-1", nil), ("1.5", nil), ("", nil), ("Sun, 06 Nov 1994 08:49:37 CET", nil),
            ("Sun, 31 Feb 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994", nil),
        ]
    )
    func retryAfter(text: String, expected: Duration?) {
        for status in [408, 409, 429, 503] {
            let failure = Self.failure(Self.outcome(status, [.retryAfter: text]))
            #expect(failure?.retryAfter == expected, "\(status)")
        }
    }

    @Test(
        "A problem document's class and message win over the status",
        arguments: [
            (500, #"{"class":"VALIDATION","detail":"no such image"}"#, ErrorClass.validation, "no such image", nil),
            (400, #"{"class":"network","title":"Bad Request"}"#, .network, "Bad Request", nil),
            (503, #"{"class":"WEATHER","message":"rain","detail":"d"}"#, .system, "rain", nil),
            (429, #"{"title":"Slow down","retryAfter":1.5}"#, .rateLimit, "Slow down", .milliseconds(1500)),
            (429, #"{"title":"Slow down","retryAfter":-1}"#, .rateLimit, "Slow down", nil),
            (500, #"["x"]"#, .system, #"["x"]"#, nil),
        ] as [(Int, String, ErrorClass, String, Duration?)]
    )
    func problem(status: Int, body: String, expected: ErrorClass, message: String, retryAfter: Duration?) {
        let outcome = Self.outcome(status, [.contentType: "application/problem+json"], body)
        #expect(
            outcome
                == .failed(
                    JobFailure(expected, "POST http://h/ answered \(status): \(message)", retryAfter: retryAfter)
                )
        )
    }

    @Test("An endpoint that is gone is left alone for long, unless it says how long")
    func gone() {
        let json: HTTPFields = [.contentType: "application/json"]
        #expect(Self.outcome(410) == .gone("POST http://h/ answered 410"))
        let moved = Self.outcome(
            410,
            [.contentType: "application/json", .retryAfter: "5"],
            #"{"detail":"it has moved"}"#
        )
        #expect(moved == .gone("POST http://h/ answered 410: it has moved"))
        // Of the job, and not of the endpoint.
        let image = Self.outcome(410, json, #"{"class":"VALIDATION","detail":"no such image"}"#)
        #expect(Self.failure(image)?.errorClass == .validation)
    }

    @Test("A failure shows the beginning of a text, in one line and without secrets")
    func excerpt() {
        let text = "<h1>Oops</h1>\n password=hunter2 " + String(repeating: "x", count: 2000)
        let message = Self.failure(Self.outcome(500, [.contentType: "text/html"], text))?.message ?? ""
        #expect(message.hasPrefix("POST http://h/ answered 500: <h1>Oops</h1> password="))
        #expect(!message.contains("hunter2") && message.utf8.count < 400)
    }
}
