import ArgumentParser
import JobsysClient
import JobsysTime

/// Says what is wrong with a system.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Asks the services how they are, and says in words what is wrong and what to do.",
        discussion: """
            It asks svc-api, and the probes of workers and of dlq-handler whose URLs it is given, such as \
            --probe http://127.0.0.1:8081. It changes nothing, and shows no payload and no secret. Exit code 1: it has found a \
            problem.
            """
    )

    @Option(help: "The URL of a worker's or dlq-handler's probes; may be repeated.")
    var probe: [ServiceURL] = []

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        let api = try session.client()
        let probes = probe.map { APIClient(url: $0, transport: api.transport) }
        let format = session.format
        var problems = 0
        try await Doctor(api: api, probes: probes, now: Timestamp.now)
            .examine { finding in
                if finding.weight == .problem { problems += 1 }
                switch format {
                case .json: try StandardOutput.write(finding.document.serializedString)
                case .table: for line in finding.lines { try StandardOutput.write(line.printable()) }
                }
            }
        if format == .table {
            try StandardOutput.write(
                problems == 0 ? "Nothing is wrong." : "\(problems) problem\(problems == 1 ? "" : "s")."
            )
        }
        guard problems == 0 else { throw ExitCode(1) }
    }
}
