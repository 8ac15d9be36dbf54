import JobsysCore
import JobsysJSON
import JobsysTestKit
import Testing

@Suite("The transform handler")
struct TransformHandlerTests {
    private func run(_ payload: JSONValue, clock: ManualClock = ManualClock()) async -> JobOutcome {
        var registry = JobRegistry()
        registry.register(TransformHandler(clock: clock))
        return await registry.run(.sample(type: "transform", payload: payload))
    }

    @Test(
        "It answers the upper-cased text, the SHA-256 of the text's UTF-8, and its length in bytes",
        arguments: [
            // printf 'häß' | sha256sum
            ("häß", "HÄSS", "75f46bf42d9409fca50bb527409a28d7eac1621c087755cd0136451e65631caf", 5),
            ("", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0),
            ("abc", "ABC", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3),
        ]
    )
    func transform(text: String, upper: String, hash: String, length: Int) async {
        let expected: JSONValue = ["text": .string(upper), "sha256": .string(hash), "length": .int(length)]
        #expect(await run(["text": .string(text)]) == .succeeded(expected))
    }

    @Test("It works as long as it was told")
    func pause() async {
        let clock = ManualClock()
        async let outcome = run(["text": "a", "sleepMs": 1500], clock: clock)
        await clock.waitForSleepers()
        clock.advance(by: .milliseconds(1499))
        #expect(clock.sleepers == 1)
        clock.advance(by: .milliseconds(1))
        #expect(await outcome.result?["text"] == "A")
        #expect(await run(["text": "a", "sleepMs": .null]).result?["text"] == "A")
    }

    @Test(
        "It refuses a payload that does not fit",
        arguments: [
            ([:], "/text must be a string"), (["text": 1], "/text must be a string"), ("a", "/text must be a string"),
            (["text": "a", "sleepMs": "1"], "/sleepMs must be a whole number"),
            (["text": "a", "sleepMs": 1.5], "/sleepMs must be a whole number"),
        ] as [(JSONValue, String)]
    )
    func badPayload(payload: JSONValue, complaint: String) async {
        #expect(await run(payload) == .failed(JobFailure(.validation, "the payload does not fit: \(complaint)")))
    }

    @Test("It refuses a pause that is negative or too long", arguments: [-1, 3_600_001])
    func badPause(milliseconds: Int) async {
        let expected = JobFailure(.validation, "/sleepMs must be from 0 to 3600000")
        #expect(await run(["text": "a", "sleepMs": .int(milliseconds)]) == .failed(expected))
    }
}

extension JobOutcome {
    /// The result, if it is a success.
    var result: JSONValue? {
        guard case .succeeded(let result) = self else { return nil }
        return result
    }
}
