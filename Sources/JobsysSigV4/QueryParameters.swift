/// The parameters of a query, names and values percent-encoded once and in full.
struct QueryParameters {
    private struct Parameter {
        let name: String
        let value: String

        var text: String { "\(name)=\(value)" }
    }

    private let parameters: [Parameter]

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
