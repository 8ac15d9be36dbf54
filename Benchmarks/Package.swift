// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "jobsys", path: ".."),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
    ],
    targets: [
        .target(name: "CEpoll"),
        .executableTarget(name: "AWSStub", dependencies: ["CEpoll", .aws, .httpTypes], exclude: ["README.md"]),
        .executableTarget(name: "ClientBenchmark", dependencies: [.aws, .httpTypes]),
        .executableTarget(
            name: "Floor",
            cSettings: [.define("_GNU_SOURCE")],
            linkerSettings: [.linkedLibrary("curl"), .linkedLibrary("crypto")]
        ),
        .executableTarget(name: "LoadGenerator", cSettings: [.define("_GNU_SOURCE")]),
        .executableTarget(name: "RawCurl", linkerSettings: [.linkedLibrary("curl")]),
    ],
    swiftLanguageModes: [.v6]
)

extension Target.Dependency {
    static let aws = product(name: "JobsysAWS", package: "jobsys")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
}

for target in package.targets where !["CEpoll", "Floor", "LoadGenerator", "RawCurl"].contains(target.name) {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
