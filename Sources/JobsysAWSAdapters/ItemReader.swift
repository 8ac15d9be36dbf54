import JobsysAWS
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTime

/// Reads attributes of an item, and says which one is missing or of the wrong form.
struct ItemReader {
    let item: Item

    func string(_ name: String) throws(UnreadableRecord) -> String {
        guard let text = item[name]?.string else { throw malformed(name, "a string") }
        return text
    }

    func int(_ name: String) throws(UnreadableRecord) -> Int {
        guard let number = item[name]?.int else { throw malformed(name, "a whole number") }
        return number
    }

    func time(_ name: String) throws(UnreadableRecord) -> Timestamp {
        guard let instant = Timestamp(try string(name)) else { throw malformed(name, "an RFC 3339 time") }
        return instant
    }

    func optionalTime(_ name: String) throws(UnreadableRecord) -> Timestamp? {
        item[name] == nil ? nil : try time(name)
    }

    func optionalSeconds(_ name: String) throws(UnreadableRecord) -> Timestamp? {
        item[name] == nil ? nil : Timestamp(milliseconds: Int64(try int(name)) * 1000)
    }

    func json(_ name: String) throws(UnreadableRecord) -> JSONValue {
        do {
            return try JSONValue(parsing: try string(name))
        } catch let error as JSONError {
            throw malformed(name, "JSON: \(error)")
        } catch let error as UnreadableRecord {
            throw error
        } catch {
            throw malformed(name, "JSON")
        }
    }

    func traceID(_ name: String) throws(UnreadableRecord) -> TraceID {
        guard let id = TraceID(try string(name)) else { throw malformed(name, "a trace id") }
        return id
    }

    /// A run's progress; nil if there is none, or none that can be read.
    func progress(_ name: String) -> JobProgress? {
        guard let members = item[name]?.map, let fraction = members["fraction"]?.double,
            let at = members["at"]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        return JobProgress(fraction, members["message"]?.string, at: at)
    }

    /// A job's place in a workflow.
    func membership(_ name: String, until end: String) throws(UnreadableRecord) -> WorkflowMembership {
        guard let members = item[name]?.map, let id = members["id"]?.string.flatMap({ JobID($0) }) else {
            throw malformed(name, "a place in a workflow")
        }
        let reader = ItemReader(item: members)
        let dependsOn = (members["dependsOn"]?.list ?? []).compactMap(\.string)
        return WorkflowMembership(
            workflow: id,
            key: try reader.string("key"),
            page: try reader.string("page"),
            index: try reader.int("index"),
            dependsOn: dependsOn,
            dependencies: members["dependencies"]?.int ?? dependsOn.count,
            continues: members["continues"]?.bool ?? false,
            keepUntil: Timestamp(milliseconds: Int64(try int(end)) * 1000),
            maxParallel: members["maxParallel"]?.int,
            tolerance: members["tolerate"]?.string.flatMap { WorkflowTolerance($0) }
        )
    }

    func failure(_ name: String) throws(UnreadableRecord) -> Job.RecordedFailure {
        try failure(item[name], name)
    }

    /// A list of failures; empty if there is none.
    func failures(_ name: String) throws(UnreadableRecord) -> [Job.RecordedFailure] {
        guard let value = item[name] else { return [] }
        guard case .l(let elements) = value else { throw malformed(name, "a list") }
        var failures: [Job.RecordedFailure] = []
        for element in elements { failures.append(try failure(element, name)) }
        return failures
    }

    private func failure(_ value: AttributeValue?, _ name: String) throws(UnreadableRecord) -> Job.RecordedFailure {
        guard case .m(let members)? = value else { throw malformed(name, "a map") }
        let reader = ItemReader(item: members)
        return Job.RecordedFailure(
            errorClass: ErrorClass(rawValue: try reader.string("class")),
            message: try reader.string("message"),
            at: try reader.time("at")
        )
    }

    /// Fails if a newer version than this has written the item.
    func checkVersion() throws(UnreadableRecord) {
        guard let version = item[JobItem.version] else { return }
        guard let number = version.int else { throw malformed(JobItem.version, "a whole number") }
        guard number <= JobItem.knownVersion else {
            throw unreadable("its version is \(number), newer than \(JobItem.knownVersion)", isNewer: true)
        }
    }

    /// Paths of fields, a line each; one that this version cannot read, of which a newer one may know more, hides everything.
    func fieldPaths(_ name: String) -> [FieldPath] {
        (item[name]?.string ?? "").split(separator: "\n").map { FieldPath(String($0)) ?? "$" }
    }

    func malformed(_ name: String, _ expected: String) -> UnreadableRecord {
        unreadable("\(name) is not \(expected)", isNewer: false)
    }

    func unreadable(_ finding: String, isNewer: Bool) -> UnreadableRecord {
        let key = item[JobItem.partitionKey]?.string ?? "an item without a key"
        return UnreadableRecord(key: key, finding: finding, isNewer: isNewer)
    }
}
