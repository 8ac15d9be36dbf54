import JobsysAWS

/// What a job's message tells beside its body: as attributes, so that it can be read before the record is.
enum JobAttributes {
    static let jobType = "jobType"

    static func attributes(jobType: String?) -> [String: SQS.MessageAttribute] {
        guard let jobType else { return [:] }
        return [Self.jobType: .string(jobType)]
    }
}
