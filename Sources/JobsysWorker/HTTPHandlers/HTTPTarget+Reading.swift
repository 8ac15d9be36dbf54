import HTTPTypes
import JobsysHTTP

extension HandlersFileReader {
    /// Reads the keys under `http`.
    mutating func httpTarget(_ value: YAMLValue) -> HTTPTarget? {
        let members = members(of: value, known: ["url", "secrets", "headers", "sigv4", "heartbeat"])
        var url: HTTPURL?
        for member in members where member.key == "url" { url = self.url(member.value) }
        if case .map = value.content, !members.contains(where: { $0.key == "url" }) {
            report("url is missing", at: value)
        }
        // What else is wrong is reported all the same.
        var target = url.map { HTTPTarget(url: $0) }
        for member in members where !member.value.isNull {
            switch member.key {
            case "secrets":
                let secrets = secrets(member.value)
                target?.secrets = secrets
            case "headers":
                let headers = headers(member.value)
                target?.headers = headers
            case "sigv4":
                let scope = scope(member.value)
                target?.sigv4 = scope
            case "heartbeat":
                if let heartbeat = heartbeat(member.value) { target?.heartbeat = heartbeat }
            default: break
            }
        }
        return target
    }

    private mutating func url(_ value: YAMLValue) -> HTTPURL? {
        guard let url = self.value(value, expected: "an http or https URL", HTTPURL.init) else { return nil }
        guard !AddressRanges.linkLocal.contains(host: url.host) else {
            report("a link-local or metadata address, which no connection may go to", at: value)
            return nil
        }
        return url
    }

    private mutating func secrets(_ value: YAMLValue) -> [SecretSource] {
        let expected = "env:NAME or ssm:/path, where a secret is that begins with whsec_"
        let values = list(value, expected: "a list such as [\"env:SECRET\"]") ?? []
        return values.compactMap { value in
            guard let source = self.value(value, expected: expected, SecretSource.init) else { return nil }
            guard case .variable(let name) = source else { return source }
            guard let text = environment[name] else {
                report("the worker's environment has no variable \(name)", at: value)
                return nil
            }
            if WebhookSecret(text) == nil {
                report("the variable \(name) is not whsec_ and 24 to 64 bytes in base64", at: value)
            }
            return source
        }
    }

    private mutating func headers(_ value: YAMLValue) -> [HTTPField] {
        members(of: value, expected: "names of header fields and their values")
            .compactMap { member in
                guard let name = HTTPField.Name(member.key) else {
                    report("no name of a header field", at: member)
                    return nil
                }
                guard !HTTPField.isReserved(name) else {
                    report("the worker itself sets this field for each job", at: member)
                    return nil
                }
                guard let text = resolved(member.value) else { return nil }
                guard HTTPField.isValidValue(text) else {
                    report("no value of a header field", at: member.value)
                    return nil
                }
                return HTTPField(name: name, value: text)
            }
    }

    private mutating func scope(_ value: YAMLValue) -> HTTPTarget.Scope? {
        var (service, region): (String?, String?) = (nil, nil)
        let members = members(of: value, known: ["service", "region"])
        for member in members where !member.value.isNull {
            let text = self.value(member.value, expected: "a name such as lambda or eu-central-1") { text in
                text.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" } ? text : nil
            }
            if member.key == "service" { service = text } else { region = text }
        }
        if case .map = value.content, !members.contains(where: { $0.key == "service" }) {
            report("service is missing: lambda for a function URL, execute-api for API Gateway", at: value)
        }
        return service.map { HTTPTarget.Scope(service: $0, region: region) }
    }

    private mutating func heartbeat(_ value: YAMLValue) -> Duration? {
        duration(value, in: .seconds(1)...(.seconds(12 * 3600)))
    }
}
