import HTTPTypes
import Hummingbird
import JobsysJSON

/// The contract of the API as a page to read and to try, made of `openapi.json`.
struct APIDocumentation {
    struct Parameter {
        let name: String
        /// `path`, `query` or `header`.
        let place: String
        let isRequired: Bool
        let type: String
        let description: String
    }

    struct Answer {
        let status: String
        let description: String
        let schema: String?
    }

    struct Operation {
        let id: String
        let method: String
        let path: String
        let summary: String
        let description: String?
        let scopes: String?
        let parameters: [Parameter]
        let hasParameters: Bool
        let bodySchema: String?
        /// What the form for trying it has in its body at first; nil if it takes none.
        let sample: String?
        let answers: [Answer]
    }

    struct Group {
        let name: String
        let anchor: String
        let operations: [Operation]
    }

    struct Member {
        let name: String
        let isRequired: Bool
        let type: String
        let description: String
    }

    struct Schema {
        let name: String
        let description: String?
        let members: [Member]
        let hasMembers: Bool
        /// The whole schema, where it is no list of members.
        let text: String?
    }

    let version: String
    let description: String
    let groups: [Group]
    let schemas: [Schema]
    let styles = ConsoleAsset.styles.path
    let script = ConsoleAsset.docsScript.path

    /// Reads a document.
    init(_ document: JSONValue) {
        let reader = OpenAPIReader(document: document)
        version = document["info"]?["version"]?.stringValue ?? ""
        description = document["info"]?["description"]?.stringValue ?? ""
        var groups: [(name: String, operations: [Operation])] = []
        for path in document["paths"]?.objectValue?.members ?? [] {
            let name = Self.group(of: path.key)
            if groups.last(where: { $0.name == name }) == nil { groups.append((name, [])) }
            guard let index = groups.firstIndex(where: { $0.name == name }) else { continue }
            groups[index].operations += reader.operations(at: path.key, path.value)
        }
        self.groups = groups.map {
            Group(name: $0.name, anchor: $0.name.lowercased().replacing(" ", with: "-"), operations: $0.operations)
        }
        let schemas = document["components"]?["schemas"]?.objectValue?.members ?? []
        self.schemas = schemas.map { reader.schema($0.key, $0.value) }
    }

    /// What a path is about: its first segment, or the service itself.
    private static func group(of path: String) -> String {
        let first = path.dropFirst().prefix { $0 != "/" && $0 != ":" }
        return ["jobs", "incidents", "workers", "types", "keys", "audit", "workflows", "schedules"].contains(first)
            ? first.prefix(1).uppercased() + first.dropFirst() : "The service"
    }

    private static let page: String = {
        do {
            return ConsolePages.render("docs", APIDocumentation(try JSONValue(parsing: OpenAPIDocument.bytes)))
        } catch {
            preconditionFailure("openapi.json does not parse: \(error)")
        }
    }()

    /// Answers the page; whoever reaches the port may read it, as they may read the document.
    static let route = Route(.get, "/docs", .open) { _, _ in
        var response = Response(html: page)
        for (name, value) in ConsoleMiddleware.headers { response.headers[name] = value }
        return response
    }
}

/// Reads parts of an OpenAPI document, references and all.
private struct OpenAPIReader {
    let document: JSONValue

    private static let methods = ["get", "put", "post", "delete", "patch"]

    func operations(at path: String, _ value: JSONValue) -> [APIDocumentation.Operation] {
        let shared = value["parameters"]?.arrayValue ?? []
        return Self.methods.compactMap { method in
            value[method].map { operation(method, path, $0, shared: shared) }
        }
    }

    private func operation(
        _ method: String,
        _ path: String,
        _ value: JSONValue,
        shared: [JSONValue]
    ) -> APIDocumentation.Operation {
        let parameters = (shared + (value["parameters"]?.arrayValue ?? [])).map(parameter)
        let id = value["operationId"]?.stringValue ?? ""
        let body = value["requestBody"].map { resolved($0) }?["content"]?.objectValue?.members.first?.value["schema"]
        let scopes = (value["security"]?.arrayValue ?? [])
            .flatMap { $0.objectValue?.members.flatMap { $0.value.arrayValue ?? [] } ?? [] }.compactMap(\.stringValue)
        return APIDocumentation.Operation(
            id: id,
            method: method.uppercased(),
            path: path,
            summary: value["summary"]?.stringValue ?? "",
            description: value["description"]?.stringValue,
            scopes: scopes.isEmpty ? nil : scopes.joined(separator: ", "),
            parameters: parameters,
            hasParameters: !parameters.isEmpty,
            bodySchema: body.flatMap(name),
            sample: body.map { _ in Self.samples[id] ?? "{}" },
            answers: (value["responses"]?.objectValue?.members ?? []).map { answer($0.key, resolved($0.value)) }
        )
    }

    private func parameter(_ value: JSONValue) -> APIDocumentation.Parameter {
        let value = resolved(value)
        return APIDocumentation.Parameter(
            name: value["name"]?.stringValue ?? "",
            place: value["in"]?.stringValue ?? "",
            isRequired: value["required"]?.boolValue ?? false,
            type: type(of: value["schema"] ?? .null),
            description: value["description"]?.stringValue ?? ""
        )
    }

    private func answer(_ status: String, _ value: JSONValue) -> APIDocumentation.Answer {
        let schema = value["content"]?.objectValue?.members.first?.value["schema"]
        return APIDocumentation.Answer(
            status: status,
            description: value["description"]?.stringValue ?? "",
            schema: schema.flatMap(name)
        )
    }

    func schema(_ name: String, _ value: JSONValue) -> APIDocumentation.Schema {
        let required = Set((value["required"]?.arrayValue ?? []).compactMap(\.stringValue))
        let members = (value["properties"]?.objectValue?.members ?? [])
            .map { member in
                APIDocumentation.Member(
                    name: member.key,
                    isRequired: required.contains(member.key),
                    type: type(of: member.value),
                    description: member.value["description"]?.stringValue ?? ""
                )
            }
        return APIDocumentation.Schema(
            name: name,
            description: value["description"]?.stringValue,
            members: members,
            hasMembers: !members.isEmpty,
            text: members.isEmpty ? value.pretty : nil
        )
    }

    /// A schema's type, in words.
    private func type(of schema: JSONValue) -> String {
        if let name = name(schema) { return name }
        if let choices = schema["enum"]?.arrayValue {
            return choices.compactMap(\.stringValue).joined(separator: " | ")
        }
        for keyword in ["oneOf", "anyOf", "allOf"] {
            if let parts = schema[keyword]?.arrayValue {
                return parts.map(type).joined(separator: keyword == "allOf" ? " & " : " | ")
            }
        }
        if let items = schema["items"] { return "list of \(type(of: items))" }
        let names = schema["type"]?.arrayValue?.compactMap(\.stringValue) ?? [schema["type"]?.stringValue ?? "anything"]
        let format = schema["format"]?.stringValue.map { " (\($0))" } ?? ""
        return names.joined(separator: " | ") + format
    }

    /// The name of the schema that is referred to.
    private func name(_ schema: JSONValue) -> String? {
        schema["$ref"]?.stringValue?.split(separator: "/").last.map(String.init)
    }

    /// What a reference refers to, or the value itself.
    private func resolved(_ value: JSONValue) -> JSONValue {
        guard let reference = value["$ref"]?.stringValue else { return value }
        return reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] ?? .null }
    }

    /// Bodies to begin with.
    private static let samples = [
        "submitJob": #"{"type": "transform", "payload": {"text": "hello"}}"#,
        "submitJobs": #"{"jobs": [{"type": "transform", "payload": {"text": "hello"}}]}"#,
        "pauseType": #"{"reason": "the store is away"}"#,
        "limitType": #"{"rate": 5}"#,
        "createKey": #"{"scopes": ["jobs:submit", "jobs:read"], "name": "ci", "expiresInSeconds": 2592000}"#,
        "rotateKey": #"{"overlapSeconds": 86400}"#,
    ]
}
