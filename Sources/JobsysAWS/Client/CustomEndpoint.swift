/// An endpoint that somebody has set, for one service or for all.
struct CustomEndpoint {
    /// The service's ``AWSService/environmentName``; nil for all services.
    let service: String?

    let setting: AWSSettings.Setting

    /// Those that count: a profile's are dropped where the environment has one for the same service or for all.
    static func all(_ settings: AWSSettings) throws(AWSConfigurationError) -> [CustomEndpoint] {
        let variables = ofEnvironment(settings.environment)
        guard !variables.contains(where: { $0.service == nil }) else { return variables }
        let known = Set(variables.map(\.service))
        return variables + (try ofProfile(settings)).filter { !known.contains($0.service) }
    }

    /// The endpoint itself.
    func endpoint() throws(AWSConfigurationError) -> Endpoint {
        guard let endpoint = Endpoint(url: setting.text) else {
            throw AWSConfigurationError(
                key: setting.place,
                // What stands before the @ may be a password.
                found: setting.text.contains("@") ? "a URL with user info" : setting.text,
                expected: "a URL such as http://localhost:4566, without query or user info"
            )
        }
        return endpoint
    }

    private static func ofEnvironment(_ environment: [String: String]) -> [CustomEndpoint] {
        let name = "AWS_ENDPOINT_URL"
        return environment.keys.sorted()
            .compactMap { key in
                guard key == name || key.hasPrefix(name + "_"), let text = environment.nonBlank(key) else { return nil }
                let service = key == name ? nil : String(key.dropFirst(name.count + 1))
                return CustomEndpoint(service: service, setting: AWSSettings.Setting(place: key, text: text))
            }
    }

    private static func ofProfile(_ settings: AWSSettings) throws(AWSConfigurationError) -> [CustomEndpoint] {
        var endpoints: [CustomEndpoint] = []
        if let setting = settings.setting(ofProfile: "endpoint_url") {
            endpoints.append(CustomEndpoint(service: nil, setting: setting))
        }
        guard let reference = settings.setting(ofProfile: "services") else { return endpoints }
        guard let section = settings.shared.services(named: reference.text) else {
            throw AWSConfigurationError(
                key: reference.place,
                found: reference.text,
                expected: "the name of a section [services \(reference.text)]"
            )
        }
        for (service, value) in section.sorted(by: { $0.key < $1.key }) {
            guard let url = value.nested["endpoint_url"], !url.isEmpty else { continue }
            let setting = AWSSettings.Setting(place: "endpoint_url of \(service) (\(value.place))", text: url)
            endpoints.append(CustomEndpoint(service: service.uppercased(), setting: setting))
        }
        return endpoints
    }
}
