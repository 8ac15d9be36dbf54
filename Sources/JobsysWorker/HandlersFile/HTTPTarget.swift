import FoundationEssentials

/// An HTTP endpoint that runs jobs, as the file has it under `http`.
struct HTTPTarget: Sendable, Hashable {
    /// Where the jobs are posted.
    var url: String
    /// Where the secrets are that sign the requests, such as `env:RESIZE_SECRET`; two at once while one replaces the other.
    var secrets: [String]
    /// The service and region of SigV4 for targets behind IAM; nil for none.
    var sigv4: [String: String]?
}

extension HandlersFileReader {
    /// Reads the keys under `http`.
    mutating func httpTarget(_ value: YAMLValue) -> HTTPTarget? {
        var (url, secrets, sigv4): (String?, [String], [String: String]?) = (nil, [], nil)
        let members = members(of: value, known: ["url", "secrets", "sigv4"])
        for member in members {
            switch member.key {
            case "url":
                url = self.value(member.value, expected: "an http or https URL") { text in
                    guard let url = URL(string: text, encodingInvalidCharacters: false),
                        ["http", "https"].contains(url.scheme?.lowercased()), url.host()?.isEmpty == false
                    else { return nil }
                    return text
                }
            case "secrets":
                for secret in list(member.value, expected: "a list such as [\"env:SECRET\"]") ?? [] {
                    if let text = text(secret, expected: "env:NAME") { secrets.append(text) }
                }
            default:
                guard !member.value.isNull else { continue }
                sigv4 = [:]
                for part in self.members(of: member.value, known: ["service", "region"]) {
                    sigv4?[part.key] = text(part.value, expected: "a text")
                }
            }
        }
        if case .map = value.content, !members.contains(where: { $0.key == "url" }) {
            report("url is missing", at: value)
        }
        return url.map { HTTPTarget(url: $0, secrets: secrets, sigv4: sigv4) }
    }
}
