import Testing

/// Gives a suite's tests one deployment together, or a test one of its own, with these services running.
struct DeploymentTrait: SuiteTrait, TestTrait, TestScoping {
    let services: [Service]
    let settings: [String: String]
    let runsAlone: Bool
    let hasOwnEmulator: Bool

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        await Turnstile.shared.enter(alone: runsAlone)
        try await scoped {
            guard hasOwnEmulator else { return try await deploy(to: .shared(), then: function) }
            try await Emulator.withOwn(named: "emulator-\(test.name.prefix(while: \.isLetter))") { emulator in
                try await deploy(to: emulator, then: function)
            }
        } cleanUp: { _ in
            await Turnstile.shared.leave(alone: runsAlone)
        }
    }

    private func deploy(to emulator: Emulator, then function: () async throws -> Void) async throws {
        try await Deployment.with(emulator) { deployment in
            for service in services { try await deployment.start(service, settings) }
            try await Deployment.$provided.withValue(deployment) { try await function() }
        }
    }
}

extension Trait where Self == DeploymentTrait {
    /// A deployment with these services, and settings that are added to their environments.
    static func deployment(
        _ services: Service...,
        settings: [String: String] = [:],
        runsAlone: Bool = false,
        hasOwnEmulator: Bool = false
    ) -> Self {
        DeploymentTrait(services: services, settings: settings, runsAlone: runsAlone, hasOwnEmulator: hasOwnEmulator)
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs only where `scripts/test` has prepared everything.
    static var endToEnd: Self {
        .enabled("run by scripts/test e2e") { TestEnvironment.given != nil }
    }
}
