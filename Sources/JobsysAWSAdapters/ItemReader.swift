import JobsysAWS
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTime

/// Reads attributes of an item, and says which one is missing or of the wrong form.
struct ItemReader {
    let item: Item

    func string(_ name: String) throws(DependencyError) -> String {
        guard let text = item[name]?.string else { throw malformed(name, "a string") }
        return text
    }

    func int(_ name: String) throws(DependencyError) -> Int {
        guard let number = item[name]?.int else { throw malformed(name, "a whole number") }
        return number
    }

    func time(_ name: String) throws(DependencyError) -> Timestamp {
        guard let instant = Timestamp(try string(name)) else { throw malformed(name, "an RFC 3339 time") }
        return instant
    }

    func optionalTime(_ name: String) throws(DependencyError) -> Timestamp? {
        item[name] == nil ? nil : try time(name)
    }

    func optionalSeconds(_ name: String) throws(DependencyError) -> Timestamp? {
        item[name] == nil ? nil : Timestamp(milliseconds: Int64(try int(name)) * 1000)
    }

    func json(_ name: String) throws(DependencyError) -> JSONValue {
        do {
            return try JSONValue(parsing: try string(name))
        } catch let error as JSONError {
            throw malformed(name, "JSON: \(error)")
        } catch let error as DependencyError {
            throw error
        } catch {
            throw malformed(name, "JSON")
        }
    }

    func traceID(_ name: String) throws(DependencyError) -> TraceID {
        guard let id = TraceID(try string(name)) else { throw malformed(name, "a trace id") }
        return id
    }

    func failure(_ name: String) throws(DependencyError) -> Job.RecordedFailure {
        try failure(item[name], name)
    }

    /// A list of failures; empty if there is none.
    func failures(_ name: String) throws(DependencyError) -> [Job.RecordedFailure] {
        guard let value = item[name] else { return [] }
        guard case .l(let elements) = value else { throw malformed(name, "a list") }
        var failures: [Job.RecordedFailure] = []
        for element in elements { failures.append(try failure(element, name)) }
        return failures
    }

    private func failure(_ value: AttributeValue?, _ name: String) throws(DependencyError) -> Job.RecordedFailure {
        guard case .m(let members)? = value else { throw malformed(name, "a map") }
        let reader = ItemReader(item: members)
        guard let errorClass = ErrorClass(rawValue: try reader.string("class")) else {
            throw malformed("\(name).class", "an error class")
        }
        return Job.RecordedFailure(
            errorClass: errorClass,
            message: try reader.string("message"),
            at: try reader.time("at")
        )
    }

    func malformed(_ name: String, _ expected: String) -> DependencyError {
        let key = item[JobItem.partitionKey]?.string ?? "an item without a key"
        return DependencyError(
            dependency: AWSService.dynamoDB.endpointPrefix,
            code: "MalformedItem",
            message: "\(key): \(name) is not \(expected)",
            isTransient: false
        )
    }
}
