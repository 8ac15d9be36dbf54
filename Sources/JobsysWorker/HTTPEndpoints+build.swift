import FoundationEssentials
import JobsysAWS
import JobsysAWSAdapters
import JobsysHTTP
import JobsysServiceRuntime

extension HandlersFile {
    /// Makes ready what the file has under `http`: reads the secrets, and starts what sends the requests.
    ///
    /// - Parameters:
    ///   - start: The worker's start.
    ///   - aws: Where parameters are read, and whose credentials sign.
    ///   - configuration: The worker's settings.
    /// - Returns: What runs the jobs of these types; nil if there are none.
    /// - Throws: ``HandlersFileError`` for a parameter that is missing or no secret, and errors of AWS.
    func httpEndpoints(
        _ start: ServiceStart,
        _ aws: AWSConnection,
        _ configuration: WorkerConfiguration
    ) async throws -> HTTPEndpoints? {
        var targets: [String: HTTPTarget] = [:]
        for handler in handlers {
            if case .http(let target) = handler.kind { targets[handler.type] = target }
        }
        guard !targets.isEmpty else { return nil }
        // Connections of its own: the one to a credentials service is not for jobs.
        let transport = try start.makeTransport { settings in
            settings.refusedAddresses = .linkLocal
            settings.maxResponseBytes = HTTPEndpoint.answerLimit
            settings.maxConnectionsPerHost = configuration.concurrency
            settings.maxConnections = configuration.concurrency + 16
            // Below the five seconds after which common servers close an idle connection, maybe under a request.
            settings.idleConnectionLifetime = .seconds(4)
        }
        let base =
            configuration.callbackURL
            ?? (configuration.port == 0 ? nil : CallbackURL.own(host: configuration.host, port: configuration.port))
        var endpoints = HTTPEndpoints(callbacks: RunCallbacks(base: base))
        let secrets = try await secrets(of: targets, start, aws)
        for (type, target) in targets {
            endpoints.byType[type] = HTTPEndpoint(
                url: target.url,
                signer: WebhookSigner(target.secrets.compactMap { secrets[$0] }),
                headers: target.headers,
                awsSigning: target.sigv4.map { scope in
                    HTTPEndpoint.signing(
                        service: scope.service,
                        region: scope.region ?? aws.region,
                        credentials: aws.credentials.credentials
                    )
                },
                queueName: String(configuration.queueURL.split(separator: "/").last ?? ""),
                transport: transport
            )
        }
        return endpoints
    }

    private func secrets(
        of targets: [String: HTTPTarget],
        _ start: ServiceStart,
        _ aws: AWSConnection
    ) async throws -> [SecretSource: WebhookSecret] {
        var secrets: [SecretSource: WebhookSecret] = [:]
        var problems: [HandlersFileError.Problem] = []
        for handler in handlers {
            for source in targets[handler.type]?.secrets ?? [] where secrets[source] == nil {
                let text: String?
                switch source {
                case .variable(let name): text = start.environment[name]
                case .parameter(let name):
                    text = try await aws.client.perform(SSM.GetParameter(name, decrypted: true))?.value
                }
                if let secret = text.flatMap(WebhookSecret.init) {
                    secrets[source] = secret
                } else {
                    let what = text == nil ? "is not there" : "is not whsec_ and 24 to 64 bytes in base64"
                    let path = "handlers.\(handler.type).http.secrets"
                    problems.append(.init("\(source) \(what)", path: path, place: handler.place))
                }
            }
        }
        guard problems.isEmpty else { throw HandlersFileError(file: path, problems: problems) }
        return secrets
    }
}
