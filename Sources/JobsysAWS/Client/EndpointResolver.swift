/// Finds the endpoint of a service: the one set for it, else the one set for all, else AWS's own in the region.
///
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
public struct EndpointResolver: Sendable, Hashable {
    private var shared: Endpoint?
    private var byService: [String: Endpoint] = [:]
    /// Settings that make no sense, of services that may never be asked for anything.
    private var faults: [String: AWSConfigurationError] = [:]
    private var fips = false
    private var dualStack = false

    /// Creates a resolver of custom endpoints; the keys of `services` are ``AWSService/environmentName``.
    public init(shared: Endpoint? = nil, services: [String: Endpoint] = [:]) {
        self.shared = shared
        byService = services
    }

    /// Creates a resolver of AWS's own endpoints, with FIPS-validated cryptography or over IPv4 and IPv6.
    public init(fips: Bool, dualStack: Bool) {
        (self.fips, self.dualStack) = (fips, dualStack)
    }

    /// Reads the environment and then the profile.
    ///
    /// `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`, `endpoint_url` of the service in the profile's `services`
    /// section, `endpoint_url` of the profile, in this order, unless `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`
    /// (`ignore_configured_endpoint_urls`) is true; `AWS_USE_FIPS_ENDPOINT` (`use_fips_endpoint`) and
    /// `AWS_USE_DUALSTACK_ENDPOINT` (`use_dualstack_endpoint`), neither of which goes with an endpoint of one's own.
    ///
    /// A fault in an endpoint is thrown here if the endpoint is for all services or for one of ``AWSService/own``; any
    /// other is thrown by ``endpoint(for:region:)``, since machines have variables for services that nobody here uses.
    init(_ settings: AWSSettings) throws(AWSConfigurationError) {
        fips = try settings.flag("AWS_USE_FIPS_ENDPOINT", property: "use_fips_endpoint")
        dualStack = try settings.flag("AWS_USE_DUALSTACK_ENDPOINT", property: "use_dualstack_endpoint")
        let ignores = try settings.flag(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            property: "ignore_configured_endpoint_urls"
        )
        for custom in ignores ? [] : try CustomEndpoint.all(settings) {
            do throws(AWSConfigurationError) {
                guard !fips, !dualStack else { throw Self.conflict(custom.setting.place, settings, fips: fips) }
                if let service = custom.service {
                    byService[service] = try custom.endpoint()
                } else {
                    shared = try custom.endpoint()
                }
            } catch {
                guard let service = custom.service, !AWSService.own.contains(where: { $0.environmentName == service })
                else { throw error }
                faults[service] = error
            }
        }
    }

    /// The endpoint of a service in a region.
    ///
    /// - Throws: If the one that is set for it makes no sense.
    public func endpoint(for service: AWSService, region: String) throws(AWSConfigurationError) -> Endpoint {
        if let fault = faults[service.environmentName] { throw fault }
        return byService[service.environmentName] ?? shared
            ?? EndpointRules.endpoint(for: service, region: region, fips: fips, dualStack: dualStack)
    }

    private static func conflict(_ endpoint: String, _ settings: AWSSettings, fips: Bool) -> AWSConfigurationError {
        let property = fips ? "use_fips_endpoint" : "use_dualstack_endpoint"
        let variable = "AWS_\(property.uppercased())"
        return AWSConfigurationError(
            key: settings.setting(variable, property: property)?.place ?? variable,
            found: "true",
            expected: "false, because \(endpoint) is set"
        )
    }
}
