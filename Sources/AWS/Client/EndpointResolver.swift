/// Finds the endpoint of a service: the one set for it, else the one set for all, else the region's own.
///
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
public struct EndpointResolver: Sendable, Hashable {
    private let shared: Endpoint?
    private let byService: [String: Endpoint]

    /// Creates a resolver; the keys of `services` are ``AWSService/environmentName``.
    public init(shared: Endpoint? = nil, services: [String: Endpoint] = [:]) {
        self.shared = shared
        byService = services
    }

    /// Reads `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`.
    public init(environment: [String: String]) throws(AWSConfigurationError) {
        let name = "AWS_ENDPOINT_URL"
        var shared: Endpoint?
        var services: [String: Endpoint] = [:]
        if try !environment.flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
            for key in environment.keys.sorted() where key == name || key.hasPrefix(name + "_") {
                guard let text = environment.nonBlank(key) else { continue }
                guard let endpoint = Endpoint(url: text) else {
                    throw AWSConfigurationError(
                        key: key,
                        found: text,
                        expected: "a URL such as http://localhost:4566, without query or user info"
                    )
                }
                if key == name { shared = endpoint } else { services[String(key.dropFirst(name.count + 1))] = endpoint }
            }
        }
        self.init(shared: shared, services: services)
    }

    /// The endpoint of a service in a region.
    public func endpoint(for service: AWSService, region: String) -> Endpoint {
        byService[service.environmentName] ?? shared
            ?? Endpoint(scheme: "https", authority: "\(service.endpointPrefix).\(region).amazonaws.com")
    }
}
