import FoundationEssentials
import HTTPTypes
import JobsysAWS
import JobsysHTTP
import JobsysSigV4

/// A client over a scripted transport, with a clock of its own and a constant for chance.
struct Fixture {
    let transport: ScriptedTransport
    let clock: InstantClock
    let client: AWSClient

    static let epoch = Date(timeIntervalSince1970: 1_767_225_600)  // 2026-01-01T00:00:00Z
    static let key = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")

    init(
        _ answers: [ScriptedTransport.Answer],
        credentials: any CredentialsProvider = StaticCredentials(Fixture.key),
        endpoints: EndpointResolver = EndpointResolver(),
        retry: RetryConfiguration = RetryConfiguration(),
        random: Double = 1,
        perRequest: Duration = .zero,
        clock: InstantClock = InstantClock(),
        observer: (any AWSCallObserver)? = nil
    ) {
        self.clock = clock
        transport = ScriptedTransport(answers) { clock.advance(by: perRequest) }
        client = AWSClient(
            configuration: AWSConfiguration(
                region: "eu-central-1",
                endpoints: endpoints,
                credentials: credentials,
                retry: retry
            ),
            transport: transport,
            runtime: AWSRuntime(
                clock: clock,
                now: { Self.epoch + clock.now.offset / .seconds(1) },
                random: { random },
                makeInvocationID: { "invocation" }
            ),
            observer: observer
        )
    }

    static let getItem = DynamoDB.GetItem(table: "T", key: ["PK": .s("a")])
    static let putNew = DynamoDB.PutItem(table: "T", item: ["PK": .s("a")], condition: .attributeNotExists("PK"))
    static let receive = SQS.ReceiveMessage(queueURL: "q", wait: .seconds(20))

    /// The error that an operation ends with.
    func failure(of operation: some WireOperation) async throws -> AWSError? {
        do {
            _ = try await client.perform(operation)
            return nil
        } catch let error as AWSError {
            return error
        }
    }
}

extension ScriptedTransport.Answer {
    /// An error answer as DynamoDB and SQS send it.
    static func error(_ status: Int, _ code: String, _ fields: [String: String] = [:]) -> Self {
        .response(status, fields, #"{"__type":"com.amazonaws#\#(code)","message":"because"}"#)
    }
}
