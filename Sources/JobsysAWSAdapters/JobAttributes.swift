import JobsysAWS
import JobsysCore
import JobsysTime

/// What a job's message tells beside its body: as attributes, so that it can be read before the record is.
enum JobAttributes {
    static let jobType = "jobType"
    /// How often, and since when in milliseconds since 1970, copies of the message were put off for other workers.
    static let deferrals = "deferrals"
    static let deferredSince = "deferredSince"

    static func attributes(jobType: String?, deferral: Delivery.Deferral? = nil) -> [String: SQS.MessageAttribute] {
        var texts: [String: String] = [:]
        texts[Self.jobType] = jobType
        if let deferral {
            texts[deferrals] = String(deferral.count)
            texts[deferredSince] = String(deferral.since.milliseconds)
        }
        return texts.mapValues { .string($0) }
    }

    static func deferral(in texts: [String: String]) -> Delivery.Deferral? {
        guard let count = texts[deferrals].flatMap({ Int($0) }), count >= 0,
            let since = texts[deferredSince].flatMap({ Int64($0) })
        else { return nil }
        return Delivery.Deferral(count: min(count, 1_000_000), since: Timestamp(milliseconds: since))
    }
}
