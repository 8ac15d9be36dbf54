import JobsysAWS
import Testing

@Suite struct SystemAttributesTests {
    @Test("Attributes are found by their names, whatever the order they came in")
    func order() {
        let names = ["SenderId", "ApproximateReceiveCount", "SentTimestamp", "AWSTraceHeader", ""]
        var attributes = SQS.SystemAttributes()
        var reversed = SQS.SystemAttributes()
        for name in names { attributes[name] = "<\(name)>" }
        for name in names.reversed() { reversed[name] = "<\(name)>" }
        #expect(attributes == reversed)
        #expect(attributes.hashValue == reversed.hashValue)
        for name in names { #expect(attributes[name] == "<\(name)>") }
        #expect(attributes["Sender"] == nil)
    }

    @Test("An attribute is replaced by a later one of its name, and removed by nil")
    func change() {
        var attributes: SQS.SystemAttributes = ["a": "1", "b": "2", "a": "3"]
        #expect(attributes["a"] == "3")
        attributes["a"] = nil
        attributes["c"] = nil
        #expect(attributes == ["b": "2"])
    }
}
