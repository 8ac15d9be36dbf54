import FoundationEssentials
import JobsysJSON
import Testing

/// Against what `oracle.py` has written to `JOBSYS_SIGNATURES`.
@Suite("Random requests", .enabled(if: OracleCase.file != nil, "JOBSYS_SIGNATURES is not set"))
struct BotocoreSignatureTests {
    @Test("Our signatures are botocore's, byte for byte")
    func differences() throws {
        let file = try #require(OracleCase.file)
        let bytes = try #require(FileManager.default.contents(atPath: file))
        let document = try JSONValue(parsing: Array(bytes))
        let seed = try #require(document["seed"]?.intValue)
        let cases = try #require(document["cases"]?.arrayValue)
        try #require(cases.count >= 1_000)
        let differences = try cases.enumerated()
            .compactMap { number, value in
                try OracleCase(value).difference().map { "case \(number) of seed \(seed): \($0)" }
            }
        let smallest = differences.min { $0.utf8.count < $1.utf8.count }
        #expect(smallest == nil, "\(differences.count) of \(cases.count) differ")
    }
}
