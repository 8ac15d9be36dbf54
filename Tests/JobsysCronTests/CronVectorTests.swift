import FoundationEssentials
import JobsysHashing
import JobsysJSON
import JobsysTime
import Testing

@testable import JobsysCron

/// When an expression fires in the years 2025 to 2035, as cronsim says; `Vectors/make-vectors.py` writes them.
struct CronVector: Sendable, CustomTestStringConvertible {
    var zone: IANATimeZone
    var cron: String
    var firstYear: Int
    /// For each year how many times, and the first digits of a hash of all of them.
    var years: [String]

    var testDescription: String { "\(cron) in \(zone.name)" }

    static let all: [CronVector] = {
        do {
            let document = try JSONValue(parsing: PackageResources.cron_json)
            let firstYear = try #require(document["firstYear"]?.intValue)
            var zones: [String: IANATimeZone] = [:]
            for member in try #require(document["zones"]?.objectValue).members {
                let content = try #require(member.value.stringValue.flatMap { Data(base64Encoded: $0) })
                let zone = try #require(TimeZoneFile(Array(content)).zone(named: member.key))
                zones[member.key] = zone
            }
            return try #require(document["cases"]?.arrayValue)
                .map { value in
                    CronVector(
                        zone: try #require(zones[value["zone"]?.stringValue ?? ""]),
                        cron: try #require(value["cron"]?.stringValue),
                        firstYear: firstYear,
                        years: (value["years"]?.arrayValue ?? []).compactMap(\.stringValue)
                    )
                }
        } catch {
            Issue.record(error)
            return []
        }
    }()

    static func zone(_ name: String) throws -> IANATimeZone {
        try #require(all.first { $0.zone.name == name }).zone
    }
}

@Suite("Cron expressions against an oracle")
struct CronVectorTests {
    @Test("There are vectors of five zones")
    func count() {
        #expect(Set(CronVector.all.map(\.zone.name)).count == 5)
        #expect(CronVector.all.count == 99)
    }

    @Test("An expression fires from 2025 to 2035 as it does for cronsim", arguments: CronVector.all)
    func fires(vector: CronVector) throws {
        let expression = try CronExpression(vector.cron)
        let start = CalendarDate(year: Int64(vector.firstYear), month: 1, day: 1).daysSince1970 * 86400
        var instant = Timestamp(milliseconds: start * 1000 - 1)
        var digests: [String] = []
        var seconds: [Int64] = []
        var endOfYear = CalendarDate(year: Int64(vector.firstYear) + 1, month: 1, day: 1)
        while digests.count < vector.years.count {
            instant = try #require(expression.next(after: instant, in: vector.zone))
            while instant.seconds >= endOfYear.daysSince1970 * 86400, digests.count < vector.years.count {
                let text = seconds.map(String.init).joined(separator: ",")
                digests.append("\(seconds.count):\(SHA256.hexHash(text).prefix(8))")
                seconds = []
                endOfYear.year += 1
            }
            seconds.append(instant.seconds)
        }
        #expect(digests == vector.years)
    }
}
