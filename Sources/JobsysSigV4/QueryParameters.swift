/// The parameters of a query, names and values percent-encoded once and in full.
struct QueryParameters {
    private struct Parameter {
        let name: String
        let value: String

        var text: String { "\(name)=\(value)" }
    }

    private var parameters: [Parameter]

    /// Takes a query apart; what a client left bare is encoded, as the service will have it.
    init(_ query: Substring) {
        guard !query.isEmpty else {
            parameters = []
            return
        }
        parameters = query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
            .map { parameter in
                let end = parameter.firstIndex(of: UInt8(ascii: "=")) ?? parameter.endIndex
                return Parameter(
                    name: Self.normalized(parameter[..<end]),
                    value: Self.normalized(parameter[end...].dropFirst())
                )
            }
    }

    /// Adds a parameter, whose value is not encoded yet.
    mutating func append(_ name: String, _ value: String) {
        append(name, ifPresent: value)
    }

    /// Adds a parameter, whose value is not encoded yet, unless the value is nil.
    mutating func append(_ name: String, ifPresent value: String?) {
        guard let value else { return }
        var encoded: [UInt8] = []
        PercentEncoding.append(value.utf8, to: &encoded)
        parameters.append(Parameter(name: name, value: String(decoding: encoded, as: UTF8.self)))
    }

    /// Drops the parameters with these names.
    mutating func remove(_ names: Set<String>) {
        parameters.removeAll { names.contains($0.name) }
    }

    /// The query, in the order of its parameters.
    var text: String {
        parameters.map(\.text).joined(separator: "&")
    }

    /// The query as it is signed: sorted by encoded name, then by encoded value.
    var canonicalText: String {
        parameters.sorted { ($0.name, $0.value) < ($1.name, $1.value) }.map(\.text).joined(separator: "&")
    }

    private static func normalized(_ text: Substring.UTF8View) -> String {
        var bytes: [UInt8] = []
        PercentEncoding.appendNormalized(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
