// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "jobsys",
    platforms: [.macOS(.v15)],
    products: [
        // What Benchmarks measures.
        .library(name: "AWS", targets: ["AWS", "AWSSigV4", "CurlHTTP", "Hashing", "JSON"]),
        .executable(name: "svc-api", targets: ["svc-api"]),
        .executable(name: "svc-worker", targets: ["svc-worker"]),
        .executable(name: "dlq-handler", targets: ["dlq-handler"]),
        .executable(name: "jobctl", targets: ["jobctl"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // Without its JSON files' trait, which needs the whole of Foundation and with it ICU.
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C headers with non-variadic shims, nothing else.
        .target(name: "CCrypto", linkerSettings: [.linkedLibrary("crypto")]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        // Two functions of libm as Amazon Linux 2023 has them.
        .target(name: "CMathCompatibility"),

        // Building blocks that know neither AWS nor jobs.
        .target(name: "Hashing", dependencies: ["CCrypto"]),
        .target(name: "JSON"),
        .target(name: "CurlHTTP", dependencies: ["CCurl", .httpTypes]),
        .target(name: "Observability", dependencies: ["JSON", .logging]),

        // The AWS client.
        .target(name: "AWSSigV4", dependencies: ["Hashing", .httpTypes]),
        .target(
            name: "AWS",
            dependencies: ["AWSSigV4", "CurlHTTP", "Hashing", "JSON", "Observability", .httpTypes, .logging]
        ),

        // The domain, and its adapters to AWS.
        .target(name: "Jobs", dependencies: ["Hashing", "JSON", "Observability", .logging]),
        .target(name: "JobsAWS", dependencies: ["AWS", "Jobs", "JSON", "Observability", .logging]),

        // The services.
        .target(
            name: "ServiceRuntime",
            dependencies: [
                "AWS", "JSON", "Observability", .argumentParser, .configuration, .httpTypes, .hummingbird, .logging,
                .nioCore, .serviceLifecycle, .unixSignals,
            ]
        ),
        .target(
            name: "APIService",
            dependencies: [
                "AWS", "CurlHTTP", "Hashing", "Jobs", "JobsAWS", "JSON", "Observability", "ServiceRuntime",
                .configuration, .httpTypes, .hummingbird, .logging, .nioCore, .nioHTTPTypes, .serviceLifecycle,
            ],
            resources: [.embedInCode("openapi.json")]
        ),
        .target(
            name: "WorkerService",
            dependencies: [
                "AWS", "CurlHTTP", "Jobs", "JobsAWS", "JSON", "Observability", "ServiceRuntime", .configuration,
                .httpTypes, .logging, .serviceLifecycle,
            ]
        ),
        .target(
            name: "DLQService",
            dependencies: [
                "AWS", "CurlHTTP", "Hashing", "Jobs", "JobsAWS", "JSON", "Observability", "ServiceRuntime",
                .configuration, .httpTypes, .logging, .serviceLifecycle,
            ]
        ),
        .executableTarget(
            name: "svc-api",
            dependencies: ["APIService", "ServiceRuntime", .argumentParser, .serviceLifecycle]
        ),
        .executableTarget(
            name: "svc-worker",
            dependencies: ["ServiceRuntime", "WorkerService", .argumentParser, .serviceLifecycle]
        ),
        .executableTarget(
            name: "dlq-handler",
            dependencies: ["CMathCompatibility", "DLQService", "ServiceRuntime", .argumentParser, .serviceLifecycle]
        ),
        // What people use; it knows no more of the services than their HTTP.
        .executableTarget(
            name: "jobctl",
            dependencies: ["CurlHTTP", "JSON", "Observability", .argumentParser, .httpTypes]
        ),

        // Test kits.
        .target(
            name: "AWSTestKit",
            dependencies: [.httpTypes],
            path: "Tests/Support/AWSTestKit"
        ),
        .target(name: "PropertyTestKit", path: "Tests/Support/PropertyTestKit"),
        .target(
            name: "JobsTestKit",
            dependencies: ["Jobs", "JSON", "Observability"],
            path: "Tests/Support/JobsTestKit"
        ),

        // Tests mirror the targets.
        .testTarget(name: "HashingTests", dependencies: ["Hashing"]),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "PropertyTestKit"]),
        .testTarget(name: "CurlHTTPTests", dependencies: ["AWSTestKit", "CCurl", "CurlHTTP", .httpTypes]),
        .testTarget(name: "ObservabilityTests", dependencies: ["JSON", "Observability", "PropertyTestKit", .logging]),
        .testTarget(
            name: "AWSSigV4Tests",
            dependencies: ["AWSSigV4", "Hashing", "JSON", .httpTypes],
            exclude: ["Vectors/generate.py"],
            resources: [.embedInCode("Vectors/botocore.json")]
        ),
        .testTarget(
            name: "AWSTests",
            dependencies: ["AWS", "AWSSigV4", "AWSTestKit", "CurlHTTP", "JSON", "PropertyTestKit", .httpTypes],
            exclude: ["Vectors/generate.py", "Vectors/generate_endpoints.py", "Vectors/generate_profiles.py"],
            resources: [
                .embedInCode("Vectors/botocore.json"), .embedInCode("Vectors/endpoints.json"),
                .embedInCode("Vectors/profiles.json"),
            ]
        ),
        .testTarget(
            name: "JobsTests",
            dependencies: ["Jobs", "JobsTestKit", "JSON", "Observability", "PropertyTestKit", .logging]
        ),
        .testTarget(
            name: "JobsAWSTests",
            dependencies: [
                "AWS", "AWSSigV4", "CurlHTTP", "Jobs", "JobsAWS", "JobsTestKit", "JSON", "Observability", .httpTypes,
            ]
        ),
        .testTarget(
            name: "ServiceRuntimeTests",
            dependencies: [
                "AWS", "JSON", "ServiceRuntime", .argumentParser, .configuration, .httpTypes, .hummingbird,
                .hummingbirdTesting,
                .inMemoryLogging, .logging, .serviceLifecycle, .serviceLifecycleTestKit,
            ]
        ),
        .testTarget(
            name: "APIServiceTests",
            dependencies: [
                "APIService", "Jobs", "JobsAWS", "JobsTestKit", "JSON", "Observability", "ServiceRuntime",
                .configuration, .httpTypes, .hummingbird, .hummingbirdTesting, .inMemoryLogging, .logging, .nioCore,
                .nioPosix,
                .serviceLifecycle, .serviceLifecycleTestKit,
            ]
        ),
        .testTarget(
            name: "WorkerServiceTests",
            dependencies: [
                "AWSTestKit", "CurlHTTP", "Jobs", "JobsAWS", "JobsTestKit", "JSON", "Observability", "ServiceRuntime",
                "WorkerService", .configuration, .serviceLifecycleTestKit,
            ]
        ),
        .testTarget(
            name: "DLQServiceTests",
            dependencies: [
                "AWSTestKit", "CurlHTTP", "DLQService", "Hashing", "Jobs", "JobsTestKit", "JSON", "Observability",
                "ServiceRuntime", .configuration, .httpTypes, .serviceLifecycle, .serviceLifecycleTestKit,
            ]
        ),
        .testTarget(
            name: "JobctlTests",
            dependencies: ["CurlHTTP", "JobsTestKit", "JSON", "jobctl", .argumentParser, .httpTypes]
        ),

        // Against the emulator, and with the executables as processes.
        .testTarget(
            name: "IntegrationTests",
            dependencies: ["AWS", "AWSSigV4", "CurlHTTP", "Jobs", "JobsAWS", "JobsTestKit", "JSON", .httpTypes],
            exclude: ["Signatures/oracle.py"]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "AWS", "AWSTestKit", "CurlHTTP", "Hashing", "JSON", "Jobs", "JobsTestKit", "PropertyTestKit",
                .httpTypes,
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let configuration = product(name: "Configuration", package: "swift-configuration")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdTesting = product(name: "HummingbirdTesting", package: "hummingbird")
    static let inMemoryLogging = product(name: "InMemoryLogging", package: "swift-log")
    static let logging = product(name: "Logging", package: "swift-log")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let serviceLifecycleTestKit = product(
        name: "ServiceLifecycleTestKit",
        package: "swift-service-lifecycle"
    )
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
}

for target in package.targets where !["CCrypto", "CCurl", "CMathCompatibility"].contains(target.name) {
    var settings: [SwiftSetting] = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .treatAllWarnings(as: .error),
    ]
    if target.type != .test {
        settings.append(.strictMemorySafety())
    }
    target.swiftSettings = settings
}
