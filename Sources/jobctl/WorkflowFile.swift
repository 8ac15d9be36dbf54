import ArgumentParser
import FoundationEssentials
import JobsysJSON
import Yams

/// A workflow as a file has it: what opens it, and its jobs in parts, each of which depends on none that comes later.
struct WorkflowFile {
    /// The body of the request that opens it, with the first part of its jobs.
    let opening: JSONObject
    /// All parts.
    let parts: [[JSONValue]]

    /// How many jobs a request may add.
    private static let size = 100
    /// More bytes than a file of 10,000 jobs that people write has.
    private static let sizeLimit = 64 << 20

    /// Reads a file, or standard input.
    ///
    /// - Throws: `ValidationError` that says what is wrong with it.
    init(path: String) throws {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path == "-" ? "/dev/stdin" : path))
        } catch {
            throw ValidationError("\(path) cannot be read: \(error)")
        }
        guard data.count <= Self.sizeLimit else {
            throw ValidationError("\(path) is longer than \(Self.sizeLimit) bytes.")
        }
        try self.init(text: String(decoding: data, as: UTF8.self), name: path)
    }

    /// Reads a text.
    init(text: String, name: String) throws {
        let document: JSONValue
        do {
            document = try Yams.compose(yaml: text).map { try JSONValue($0) } ?? .null
        } catch {
            throw ValidationError("\(name) is not YAML: \(error)")
        }
        guard var members = document.objectValue else { throw ValidationError("\(name) must be a mapping with jobs.") }
        let jobs = members["jobs"]?.arrayValue ?? []
        let ordered = try Self.ordered(jobs, name)
        parts = stride(from: 0, to: ordered.count, by: Self.size)
            .map { Array(ordered[$0..<min($0 + Self.size, ordered.count)]) }
        members["jobs"] = .array(parts.first ?? [])
        members["seal"] = nil
        opening = members
    }

    /// Puts jobs behind those that they depend on; what is wrong with them is for the service to say.
    private static func ordered(_ jobs: [JSONValue], _ name: String) throws -> [JSONValue] {
        var places: [String: Int] = [:]
        for (place, job) in jobs.enumerated() {
            if let key = job["key"]?.stringValue { places[key] = place }
        }
        var waiting = jobs.map { job in
            Set((job["dependsOn"]?.arrayValue ?? []).compactMap { $0.stringValue.flatMap { places[$0] } })
        }
        var dependents: [Int: [Int]] = [:]
        for (place, dependencies) in waiting.enumerated() {
            for dependency in dependencies { dependents[dependency, default: []].append(place) }
        }
        var ready = jobs.indices.filter { waiting[$0].isEmpty }
        var next = 0
        while next < ready.count {
            for dependent in dependents[ready[next]] ?? [] {
                waiting[dependent].remove(ready[next])
                if waiting[dependent].isEmpty { ready.append(dependent) }
            }
            next += 1
        }
        guard ready.count == jobs.count else {
            let rest = jobs.indices.filter { !waiting[$0].isEmpty }.prefix(5)
                .map { jobs[$0]["key"]?.stringValue ?? "job \($0)" }
            throw ValidationError(
                "\(name): some jobs depend on each other in a circle, \(rest.joined(separator: ", ")) among them."
            )
        }
        return ready.map { jobs[$0] }
    }
}

extension JSONValue {
    /// Makes a value of one of YAML, by the rules of JSON's types.
    fileprivate init(_ node: Node) throws {
        switch node {
        case .scalar(let scalar):
            if scalar.style == .any || scalar.style == .plain {
                if let number = try? JSONValue(parsing: Array(scalar.string.utf8)), number.isScalar {
                    self = number
                    return
                }
                if ["", "~"].contains(scalar.string) {
                    self = .null
                    return
                }
            }
            self = .string(scalar.string)
        case .mapping(let mapping):
            var members: JSONObject = [:]
            for (key, value) in mapping { members[key.scalar?.string ?? ""] = try JSONValue(value) }
            self = .object(members)
        case .sequence(let sequence):
            self = .array(try sequence.map { try JSONValue($0) })
        case .alias:
            throw ValidationError("aliases are not taken")
        }
    }

    /// Whether it is a number, a truth value or null.
    fileprivate var isScalar: Bool { stringValue == nil && objectValue == nil && arrayValue == nil }
}
