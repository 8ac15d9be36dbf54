extension Project {
    /// A package: a job, its test, and a worker.
    static func swift(_ name: ProjectName, _ origin: JobsysOrigin) -> Project {
        let module = name.capitalized.hasSuffix("Jobs") ? name.capitalized : "\(name.capitalized)Jobs"
        let worker = "\(name.capitalized)Worker"
        let environment = ". \(origin.folder)/.run/dev.env"
        var project = Project(
            summary: "a Swift package with one job type, \(name.jobType)",
            files: [
                ".gitignore": ".build/\n",
                ".dockerignore": ".build/\n.git/\n",
                "Package.swift": packageManifest(name, module: module, worker: worker, origin),
                "Sources/\(module)/Greet.swift": jobInSwift(name),
                "Sources/\(worker)/\(worker).swift": workerInSwift(module: module, worker: worker),
                "Tests/\(module)Tests/GreetTests.swift": testInSwift(module: module),
                "Dockerfile": dockerfile(name, origin),
                "compose.yaml": composeFile(origin),
            ],
            steps: [
                Step(text: "Test the job, in memory:", commands: ["swift test"]),
                Step(
                    text: "Where scripts/dev of jobsys runs, start the worker:",
                    commands: [environment, "swift run \(name.text)"],
                    goesOn: true
                ),
                submission(name, environment),
            ]
        )
        project.addReadme(
            title: name.text,
            about: [
                """
                A worker of [jobsys](\(origin.link)) with one job type, `\(name.jobType)`. `Sources/\(module)` has what a \
                program needs to submit such jobs, and the code that runs them; `Sources/\(worker)` is the worker.
                """
            ],
            more: [
                """
                `docker compose up --build` runs the worker and all of jobsys in containers instead. \
                `swift run \(name.text) --help` lists the settings.
                """
            ]
        )
        return project
    }

    /// Submits a job and waits for its result.
    static func submission(_ name: ProjectName, _ environment: String) -> Step {
        Step(
            text: "In another terminal, submit a job and wait for its result:",
            commands: [environment, #"jobctl submit \#(name.jobType) --payload '{"name": "Ada"}' --wait"#]
        )
    }

    private static func packageManifest(
        _ name: ProjectName,
        module: String,
        worker: String,
        _ origin: JobsysOrigin
    ) -> String {
        """
        // swift-tools-version: 6.2

        import PackageDescription

        let package = Package(
            name: "\(name.text)",
            platforms: [.macOS(.v15)],
            products: [
                // For programs that submit the jobs; they use JobClient of jobsys's product JobsysClient.
                .library(name: "\(module)", targets: ["\(module)"]),
                .executable(name: "\(name.text)", targets: ["\(worker)"]),
            ],
            dependencies: [
                \(origin.dependency)
            ],
            targets: [
                .target(
                    name: "\(module)",
                    dependencies: [.product(name: "JobsysHandlers", package: "\(origin.package)")]
                ),
                .executableTarget(
                    name: "\(worker)",
                    dependencies: ["\(module)", .product(name: "JobsysWorker", package: "\(origin.package)")]
                ),
                .testTarget(
                    name: "\(module)Tests",
                    dependencies: ["\(module)", .product(name: "JobsysTesting", package: "\(origin.package)")]
                ),
            ]
        )

        """
    }

    private static func jobInSwift(_ name: ProjectName) -> String {
        #"""
        import JobsysHandlers

        /// What a job is given; a submission's payload is {"name": "Ada"}.
        public struct Greeting: Codable, Sendable {
            public var name: String

            public init(name: String) {
                self.name = name
            }
        }

        extension JobName<Greeting> {
            /// The job type.
            public static var greet: Self { JobName("\#(name.jobType)") }
        }

        /// Runs a job. It may run more than once: context.jobID is the same each time.
        public struct GreetHandler: JobHandler {
            public let name = JobName.greet
            public let policy = JobPolicy(timeout: .seconds(30))

            public init() {}

            /// Returns the job's result, or throws its failure, whose class decides whether it is tried again.
            public func run(_ greeting: Greeting, in context: JobContext) async throws -> [String: String] {
                guard !greeting.name.isEmpty else { throw JobFailure(.validation, "/name is empty") }
                context.progress(0.5, "thinking of a greeting")
                return ["greeting": "Hello, \(greeting.name)!"]
            }
        }

        """#
    }

    private static func workerInSwift(module: String, worker: String) -> String {
        """
        import JobsysWorker
        import \(module)

        @main
        struct \(worker) {
            static func main() async {
                var worker = JobWorker()
                worker.register(GreetHandler())
                await worker.main()
            }
        }

        """
    }

    private static func testInSwift(module: String) -> String {
        #"""
        import JobsysTesting
        import Testing
        import \#(module)

        @Suite("A greeting")
        struct GreetTests {
            private let tester: JobTester = {
                var tester = JobTester()
                tester.register(GreetHandler())
                return tester
            }()

            @Test("is made of a name, at the first attempt")
            func greeting() async throws {
                let run = try await tester.run(.greet, Greeting(name: "Ada"))
                #expect(try run.result(as: [String: String].self) == ["greeting": "Hello, Ada!"])
                #expect(run.attempts == 1)
            }

            @Test("for nobody fails for good")
            func nobody() async throws {
                let run = try await tester.run(.greet, Greeting(name: ""))
                #expect(run.ending == .failed(JobFailure(.validation, "/name is empty")))
                #expect(run.attempts == 1)
            }
        }

        """#
    }

    private static func dockerfile(_ name: ProjectName, _ origin: JobsysOrigin) -> String {
        var usage = "# docker build --tag \(name.text) ."
        var checkout = ""
        if case .checkout(let folder) = origin {
            usage = "# docker build --build-context jobsys=\(folder) --tag \(name.text) ."
            checkout = """
                # Where Package.swift expects it.
                COPY --from=jobsys Package.swift \(folder)/
                COPY --from=jobsys Sources \(folder)/Sources
                COPY --from=jobsys Tests \(folder)/Tests

                """
        }
        return """
            # syntax=docker/dockerfile:1

            \(usage)

            FROM docker.io/library/swift:6.3-bookworm AS build
            RUN apt-get update -qq \\
                && apt-get install -y -qq --no-install-recommends libcurl4-openssl-dev libssl-dev \\
                && rm -rf /var/lib/apt/lists/*
            \(checkout)WORKDIR /src
            COPY . .
            RUN swift build --configuration release --static-swift-stdlib --product \(name.text) \\
                && strip -o /worker .build/release/\(name.text)

            FROM docker.io/library/debian:bookworm-slim
            RUN apt-get update -qq \\
                && apt-get install -y -qq --no-install-recommends ca-certificates curl \\
                && rm -rf /var/lib/apt/lists/*
            USER 65532:65532
            ENV PORT=8081
            EXPOSE 8081
            COPY --from=build /worker /usr/local/bin/worker
            ENTRYPOINT ["worker"]

            """
    }

    private static func composeFile(_ origin: JobsysOrigin) -> String {
        let folder =
            if case .checkout(let folder) = origin { folder } else { "${JOBSYS_CHECKOUT:?the folder of jobsys}" }
        let contexts = if case .checkout = origin { "\n      additional_contexts: {jobsys: \(folder)}" } else { "" }
        return """
            # jobsys on an emulated AWS, and this package's worker beside its own: docker compose up --build
            include: ["\(folder)/docker-compose.yml"]

            services:
              worker:
                build:
                  context: .\(contexts)
                environment:
                  AWS_ENDPOINT_URL: http://emulator:4566
                  AWS_REGION: us-east-1
                  AWS_ACCESS_KEY_ID: test
                  AWS_SECRET_ACCESS_KEY: test
                  STAGE: dev
                  DDB_TABLE: jobsys-dev-jobs
                  SQS_QUEUE_URL: http://emulator:4566/000000000000/jobsys-dev-jobs
                  SQS_FIFO_QUEUE_URL: http://emulator:4566/000000000000/jobsys-dev-jobs-fifo.fifo
                  SQS_DLQ_URL: http://emulator:4566/000000000000/jobsys-dev-jobs-dlq
                  SQS_FIFO_DLQ_URL: http://emulator:4566/000000000000/jobsys-dev-jobs-fifo-dlq.fifo
                  SHUTDOWN_GRACE_SECONDS: 20
                depends_on:
                  svc-api:
                    condition: service_healthy
                stop_grace_period: 30s
                restart: unless-stopped

            """
    }
}

extension JobsysOrigin {
    /// What a package's manifest says to depend on jobsys.
    fileprivate var dependency: String {
        switch self {
        case .repository(let url): #".package(url: "\#(url)", branch: "main")"#
        case .checkout, .unknown: #".package(name: "jobsys", path: "\#(folder)")"#
        }
    }

    /// What a manifest calls the package of jobsys: the last part of a repository's URL.
    fileprivate var package: String {
        guard case .repository(let url) = self, let last = url.split(whereSeparator: { "/:".contains($0) }).last else {
            return "jobsys"
        }
        return last.hasSuffix(".git") ? String(last.dropLast(4)) : String(last)
    }

    /// Where a reader finds jobsys.
    fileprivate var link: String {
        if case .repository(let url) = self { url } else { folder }
    }
}
