// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "jobsys",
    platforms: [.macOS(.v15)],
    products: [
        // For who defines jobs: their names, parameters, failures and policies; shared by producer and worker.
        .library(name: "JobsysHandlers", targets: ["JobsysHandlers"]),
        // For who runs a worker of his own; it has JobsysHandlers in it.
        .library(name: "JobsysWorker", targets: ["JobsysWorker"]),
        // For who submits jobs from Swift, typed by the names that their handlers have.
        .library(name: "JobsysClient", targets: ["JobsysClient"]),
        // For who tests handlers: the engine in memory, with a clock that the test moves.
        .library(name: "JobsysTesting", targets: ["JobsysTesting"]),
        // For who wants the AWS client alone.
        .library(
            name: "JobsysAWS",
            targets: ["JobsysAWS", "JobsysSigV4", "JobsysHTTP", "JobsysHashing", "JobsysJSON"]
        ),
        .executable(name: "svc-api", targets: ["svc-api"]),
        .executable(name: "svc-worker", targets: ["svc-worker"]),
        .executable(name: "dlq-handler", targets: ["dlq-handler"]),
        .executable(name: "jobctl", targets: ["jobctl"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        // Without its JSON files' trait, which needs the whole of Foundation and with it ICU.
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.3.0"),
    ],
    targets: [
        // C headers with non-variadic shims, nothing else.
        .target(name: "CJobsysCrypto", linkerSettings: [.linkedLibrary("crypto")]),
        .target(name: "CJobsysCurl", linkerSettings: [.linkedLibrary("curl")]),
        // Starts programs as posix_spawn cannot.
        .target(name: "CJobsysProcess"),
        // Two functions of libm as Amazon Linux 2023 has them.
        .target(name: "CJobsysMath"),

        // Building blocks that know neither AWS nor jobs.
        .target(name: "JobsysHashing", dependencies: ["CJobsysCrypto"]),
        .target(name: "JobsysJSON"),
        .target(name: "JobsysTime"),
        // Cron expressions and time zones.
        .target(name: "JobsysCron", dependencies: ["JobsysTime"]),
        .target(name: "JobsysHTTP", dependencies: ["CJobsysCurl", .httpTypes]),
        .target(name: "JobsysProcess", dependencies: ["CJobsysProcess"]),
        .target(name: "JobsysObservability", dependencies: ["JobsysJSON", "JobsysTime", .logging]),

        // The AWS client.
        .target(name: "JobsysSigV4", dependencies: ["JobsysHashing", "JobsysTime", .httpTypes]),
        .target(
            name: "JobsysAWS",
            dependencies: [
                "JobsysSigV4", "JobsysHTTP", "JobsysHashing", "JobsysJSON", "JobsysObservability", "JobsysProcess",
                "JobsysTime", .httpTypes, .logging,
            ]
        ),

        // What handlers are written with; no C library and no NIO.
        .target(
            name: "JobsysHandlers",
            dependencies: ["JobsysJSON", "JobsysObservability", "JobsysTime", .logging]
        ),

        // The domain, and its adapters to AWS.
        .target(
            name: "JobsysCore",
            dependencies: [
                "JobsysCron", "JobsysHandlers", "JobsysHashing", "JobsysJSON", "JobsysObservability", "JobsysTime",
                .heap, .logging,
            ]
        ),
        .target(
            name: "JobsysAWSAdapters",
            dependencies: [
                "JobsysAWS", "JobsysHTTP", "JobsysCore", "JobsysJSON", "JobsysObservability", "JobsysServiceRuntime",
                "JobsysTime", .logging,
            ]
        ),

        // The engine in memory, for tests of handlers.
        .target(
            name: "JobsysTesting",
            dependencies: ["JobsysCore", "JobsysHandlers", "JobsysJSON", "JobsysObservability", "JobsysTime", .logging]
        ),

        // The services.
        .target(
            name: "JobsysServiceRuntime",
            dependencies: [
                "JobsysJSON", "JobsysObservability", "JobsysTime", .argumentParser, .configuration, .httpTypes,
                .hummingbird, .logging,
                .nioCore, .serviceLifecycle, .unixSignals,
            ]
        ),
        .target(
            name: "JobsysAPI",
            dependencies: [
                "JobsysCron", "JobsysHTTP", "JobsysHashing", "JobsysCore", "JobsysAWSAdapters", "JobsysJSON",
                "JobsysObservability", "JobsysServiceRuntime", "JobsysTime",
                .argumentParser, .configuration, .httpTypes, .hummingbird, .hummingbirdCore, .jwtKit, .logging,
                .mustache,
                .nioCore,
                .nioHTTP1,
                .nioHTTPTypes, .nioHTTPTypesHTTP1,
                .serviceLifecycle,
            ],
            resources: [
                .embedInCode("openapi.json"),
                .embedInCode("Console/Assets/console.css"),
                .embedInCode("Console/Assets/console.js"),
                .embedInCode("Console/Assets/docs.js"),
                .embedInCode("Console/Templates/audit.mustache"),
                .embedInCode("Console/Templates/chart.mustache"),
                .embedInCode("Console/Templates/docs.mustache"),
                .embedInCode("Console/Templates/error.mustache"),
                .embedInCode("Console/Templates/figures.mustache"),
                .embedInCode("Console/Templates/incidentrows.mustache"),
                .embedInCode("Console/Templates/incidents.mustache"),
                .embedInCode("Console/Templates/job.mustache"),
                .embedInCode("Console/Templates/jobrows.mustache"),
                .embedInCode("Console/Templates/jobs.mustache"),
                .embedInCode("Console/Templates/keys.mustache"),
                .embedInCode("Console/Templates/layout.mustache"),
                .embedInCode("Console/Templates/overview.mustache"),
                .embedInCode("Console/Templates/signin.mustache"),
                .embedInCode("Console/Templates/submit.mustache"),
                .embedInCode("Console/Templates/types.mustache"),
                .embedInCode("Console/Templates/workers.mustache"),
            ]
        ),
        .target(
            name: "JobsysWorker",
            dependencies: [
                "JobsysAWS", "JobsysSigV4", "JobsysHTTP", "JobsysHashing", "JobsysCore", "JobsysAWSAdapters",
                "JobsysJSON", "JobsysObservability", "JobsysProcess", "JobsysServiceRuntime", "JobsysTime",
                .argumentParser, .configuration, .httpTypes, .hummingbird, .logging, .nioCore, .nioPosix,
                .serviceLifecycle, .yams,
            ]
        ),
        .target(
            name: "JobsysDeadLetters",
            dependencies: [
                "JobsysAWS", "JobsysHTTP", "JobsysHashing", "JobsysCore", "JobsysAWSAdapters", "JobsysJSON",
                "JobsysObservability", "JobsysServiceRuntime", "JobsysTime",
                .configuration, .httpTypes, .logging, .serviceLifecycle,
            ]
        ),
        .executableTarget(
            name: "svc-api",
            dependencies: ["JobsysAPI", "JobsysServiceRuntime", .argumentParser, .serviceLifecycle]
        ),
        .executableTarget(
            name: "svc-worker",
            dependencies: ["JobsysWorker"]
        ),
        .executableTarget(
            name: "dlq-handler",
            dependencies: [
                "CJobsysMath", "JobsysDeadLetters", "JobsysServiceRuntime", .argumentParser, .serviceLifecycle,
            ]
        ),
        // What talks to svc-api: it knows no more of the services than their HTTP.
        .target(
            name: "JobsysClient",
            dependencies: [
                "JobsysHTTP", "JobsysHandlers", "JobsysJSON", "JobsysObservability", "JobsysTime", .httpTypes,
            ]
        ),
        // What people use.
        .executableTarget(
            name: "jobctl",
            dependencies: [
                "JobsysClient", "JobsysHashing", "JobsysHTTP", "JobsysJSON", "JobsysObservability", "JobsysTime",
                .argumentParser,
                .httpTypes, .unixSignals, .yams,
            ]
        ),

        // Test kits.
        .target(
            name: "JobsysAWSTestKit",
            dependencies: [.httpTypes],
            path: "Tests/Support/JobsysAWSTestKit"
        ),
        .target(name: "JobsysPropertyTestKit", path: "Tests/Support/JobsysPropertyTestKit"),
        .target(
            name: "JobsysTestKit",
            dependencies: ["JobsysCore", "JobsysJSON", "JobsysObservability", "JobsysTesting", "JobsysTime"],
            path: "Tests/Support/JobsysTestKit"
        ),

        .target(
            name: "JobsysServiceTestKit",
            dependencies: [
                "JobsysHTTP", .httpTypes, .hummingbird, .hummingbirdCore, .logging, .nioCore, .nioEmbedded,
                .serviceLifecycle,
            ],
            path: "Tests/Support/JobsysServiceTestKit"
        ),

        .target(
            name: "JobsysTokenTestKit",
            dependencies: ["JobsysJSON", .jwtKit],
            path: "Tests/Support/JobsysTokenTestKit"
        ),

        // The README's worker, as its reader would write it.
        .executableTarget(name: "greeter", dependencies: ["JobsysWorker"], path: "Tests/Samples/Greeter"),

        // Tests mirror the targets.
        .testTarget(name: "JobsysHashingTests", dependencies: ["JobsysHashing"]),
        .testTarget(name: "JobsysTimeTests", dependencies: ["JobsysPropertyTestKit", "JobsysTime"]),
        .testTarget(
            name: "JobsysCronTests",
            dependencies: ["JobsysCron", "JobsysHashing", "JobsysJSON", "JobsysPropertyTestKit", "JobsysTime"],
            exclude: ["Vectors/make-vectors.py"],
            resources: [.embedInCode("Vectors/cron.json")]
        ),
        .testTarget(name: "JobsysJSONTests", dependencies: ["JobsysJSON", "JobsysPropertyTestKit"]),
        .testTarget(
            name: "JobsysHTTPTests",
            dependencies: ["JobsysAWSTestKit", "CJobsysCurl", "JobsysHTTP", .httpTypes]
        ),
        .testTarget(
            name: "JobsysObservabilityTests",
            dependencies: ["JobsysJSON", "JobsysObservability", "JobsysPropertyTestKit", .logging]
        ),
        .testTarget(
            name: "JobsysSigV4Tests",
            dependencies: ["JobsysSigV4", "JobsysHashing", "JobsysJSON", .httpTypes],
            exclude: ["Vectors/generate.py"],
            resources: [.embedInCode("Vectors/botocore.json")]
        ),
        .testTarget(
            name: "JobsysAWSTests",
            dependencies: [
                "JobsysAWS", "JobsysSigV4", "JobsysAWSTestKit", "JobsysHTTP", "JobsysJSON", "JobsysPropertyTestKit",
                .httpTypes,
            ],
            exclude: ["Vectors/generate.py", "Vectors/generate_endpoints.py", "Vectors/generate_profiles.py"],
            resources: [
                .embedInCode("Vectors/botocore.json"), .embedInCode("Vectors/endpoints.json"),
                .embedInCode("Vectors/profiles.json"),
            ]
        ),
        .testTarget(
            name: "JobsysCoreTests",
            dependencies: [
                "JobsysCore", "JobsysHashing", "JobsysTestKit", "JobsysJSON", "JobsysObservability",
                "JobsysPropertyTestKit", "JobsysTime", .inMemoryLogging, .logging,
            ]
        ),
        .testTarget(name: "JobsysTestingTests", dependencies: ["JobsysTesting", .logging]),
        .testTarget(
            name: "JobsysAWSAdaptersTests",
            dependencies: [
                "JobsysAWS", "JobsysSigV4", "JobsysHTTP", "JobsysCore", "JobsysAWSAdapters", "JobsysTestKit",
                "JobsysJSON", "JobsysObservability", "JobsysServiceRuntime", "JobsysTime", .httpTypes,
            ]
        ),
        .testTarget(
            name: "JobsysServiceRuntimeTests",
            dependencies: [
                "JobsysJSON", "JobsysObservability", "JobsysServiceRuntime", "JobsysServiceTestKit", "JobsysTestKit",
                .argumentParser, .configuration, .httpTypes,
                .hummingbird,
                .inMemoryLogging, .logging, .serviceLifecycle, .serviceLifecycleTestKit,
            ]
        ),
        .testTarget(
            name: "JobsysAPITests",
            dependencies: [
                "JobsysAPI", "JobsysAWSTestKit", "JobsysCore", "JobsysAWSAdapters", "JobsysHTTP", "JobsysHashing",
                "JobsysTestKit", "JobsysJSON", "JobsysObservability", "JobsysPropertyTestKit",
                "JobsysServiceRuntime", "JobsysServiceTestKit", "JobsysTime", "JobsysTokenTestKit",
                .configuration, .httpTypes, .hummingbird, .inMemoryLogging, .logging, .nioCore,
                .nioEmbedded, .nioPosix,
                .serviceLifecycle, .serviceLifecycleTestKit,
            ]
        ),
        .testTarget(
            name: "JobsysWorkerTests",
            dependencies: [
                "JobsysAWSTestKit", "JobsysHTTP", "JobsysCore", "JobsysAWSAdapters", "JobsysTestKit", "JobsysJSON",
                "JobsysObservability", "JobsysProcess", "JobsysServiceRuntime", "JobsysServiceTestKit",
                "JobsysWorker", "JobsysTime", .configuration, .httpTypes, .hummingbird,
                .inMemoryLogging, .logging, .nioCore, .serviceLifecycleTestKit,
            ]
        ),
        .testTarget(
            name: "JobsysDeadLettersTests",
            dependencies: [
                "JobsysAWSTestKit", "JobsysHTTP", "JobsysDeadLetters", "JobsysHashing", "JobsysCore", "JobsysTestKit",
                "JobsysJSON", "JobsysObservability",
                "JobsysServiceRuntime", "JobsysTime", .configuration, .httpTypes, .serviceLifecycle,
                .serviceLifecycleTestKit,
            ]
        ),
        .testTarget(
            name: "JobctlTests",
            dependencies: [
                "JobsysClient", "JobsysHTTP", "JobsysTestKit", "JobsysJSON", "JobsysTime", "jobctl", .argumentParser,
                .httpTypes,
            ]
        ),

        // The samples of the products' documentation.
        .testTarget(
            name: "DocumentationTests",
            dependencies: ["JobsysClient", "JobsysHandlers", "JobsysTesting", "JobsysWorker"]
        ),

        // Against the emulator, and with the executables as processes.
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "JobsysAWS", "JobsysSigV4", "JobsysHTTP", "JobsysCore", "JobsysAWSAdapters", "JobsysTestKit",
                "JobsysJSON", "JobsysObservability", "JobsysServiceRuntime", "JobsysTime", .httpTypes, .inMemoryLogging,
                .logging,
            ],
            exclude: ["Signatures/oracle.py"]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "JobsysAWS", "JobsysAWSTestKit", "JobsysClient", "JobsysHTTP", "JobsysHandlers", "JobsysHashing",
                "JobsysJSON", "JobsysCore", "JobsysTestKit", "JobsysPropertyTestKit", "JobsysTime",
                "JobsysTokenTestKit", .httpTypes,
            ],
            exclude: ["Endpoints/endpoint.py", "Endpoints/drill.py", "Endpoints/drill.sh"]
        ),
    ],
    swiftLanguageModes: [.v6]
)

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let configuration = product(name: "Configuration", package: "swift-configuration")
    static let heap = product(name: "HeapModule", package: "swift-collections")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
    static let inMemoryLogging = product(name: "InMemoryLogging", package: "swift-log")
    static let jwtKit = product(name: "JWTKit", package: "jwt-kit")
    static let logging = product(name: "Logging", package: "swift-log")
    static let mustache = product(name: "Mustache", package: "swift-mustache")
    static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioHTTPTypesHTTP1 = product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
    static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let serviceLifecycleTestKit = product(
        name: "ServiceLifecycleTestKit",
        package: "swift-service-lifecycle"
    )
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let yams = product(name: "Yams", package: "Yams")
}

for target in package.targets
where !["CJobsysCrypto", "CJobsysCurl", "CJobsysMath", "CJobsysProcess"].contains(target.name) {
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
