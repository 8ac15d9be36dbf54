import JobsysJSON
import Testing

@testable import JobsysAWS

@Suite("Shared files as botocore reads them")
struct ProfileVectorTests {
    /// A pair of files and what botocore read; `Vectors/generate_profiles.py` writes them.
    struct Vector: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let value: JSONValue

        static let all: [Vector] = {
            do {
                let document = try JSONValue(parsing: PackageResources.profiles_json)
                return (document.arrayValue ?? [])
                    .map { Vector(testDescription: $0["name"]?.stringValue ?? "", value: $0) }
            } catch {
                Issue.record(error)
                return []
            }
        }()
    }

    @Test("There are vectors")
    func count() {
        #expect(Vector.all.count >= 15)
    }

    @Test("Profiles, sessions and services are the same", arguments: Vector.all)
    func vector(vector: Vector) throws {
        func file(_ kind: ProfileFile.Kind, _ name: String) throws -> ProfileFile {
            let text = try #require(vector.value[name]?.stringValue)
            return try ProfileFileParser.parse(Array(text.utf8), kind: kind, path: name)
        }
        let config = try file(.config, "config")
        let shared = try SharedConfiguration(config: config, credentials: file(.credentials, "credentials"))
        let profiles = try #require(vector.value["profiles"]?.objectValue)
        for member in profiles.members {
            let section = try #require(shared.profile(named: member.key)?.section)
            #expect(json(section) == member.value)
        }
        #expect(sections(config.sessions) == vector.value["sso_sessions"])
        #expect(sections(config.services) == vector.value["services"])
    }

    private func sections(_ sections: [String: ProfileFile.Section]) -> JSONValue {
        .object(JSONObject(sections.map { ($0.key, json($0.value)) }))
    }

    private func json(_ section: ProfileFile.Section) -> JSONValue {
        .object(
            JSONObject(
                section.map { name, value in
                    let nested = JSONObject(value.nested.map { ($0.key, .string($0.value)) })
                    return (name, nested.isEmpty ? .string(value.text) : .object(nested))
                }
            )
        )
    }
}
