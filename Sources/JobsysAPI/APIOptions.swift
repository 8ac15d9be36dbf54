package import JobsysCore
package import JobsysObservability
package import JobsysTime

/// What the API is limited to and measured by; a test chooses its own.
package struct APIOptions: Sendable {
    /// The longest document of a submission, in bytes of compact JSON: the payload and what is around it.
    package var documentLimit = Submission.payloadLimit + 16 * 1024
    /// The longest body on the wire, in bytes.
    ///
    /// No byte of compact JSON takes more than the six of an escape sequence, so this lets every document within its limit
    /// through that has no white space, and most that have.
    package var bodyLimit = 2 * 1024 * 1024
    /// How long a body may take to arrive.
    package var bodyDeadline = Duration.seconds(20)
    /// How long a request's header may take to arrive, from its first byte.
    package var headDeadline = Duration.seconds(10)
    /// How long a client may take to take a part of its answer.
    package var answerDeadline = Duration.seconds(30)
    /// How long a connection may be silent between requests: longer than the minute for which load balancers keep theirs
    /// open, or they would send a request where nobody listens any more.
    package var idleLimit = Duration.seconds(75)
    /// How many connections are open at a time; those beyond wait to be taken.
    package var connectionLimit = 4096
    /// The stage that API keys are made for.
    package var stage = "dev"
    /// What becomes of submissions of a type that no worker offers.
    package var unknownTypes = UnknownTypes.accept
    /// The origins whose web pages may use the API.
    package var origins = AllowedOrigins.none
    /// The proxies whose word on where a request comes from is believed.
    package var proxies = TrustedProxies.none
    /// Measures waits, deadlines and how long requests take.
    package var clock: any Clock<Duration> = ContinuousClock()
    /// Counts what was answered.
    package var requestMeter = RequestMeter()
    /// The wall clock, for what is recorded.
    package var now: @Sendable () -> Timestamp = Timestamp.now
    /// Makes the ids of jobs that have no idempotency key.
    package var makeJobID: @Sendable (Timestamp) -> JobID = { JobID(at: $0) }
    /// Makes the ids of requests that bring none.
    package var makeRequestID: @Sendable () -> String = UniqueID.make
    /// Makes the traces of requests that belong to none.
    package var makeTrace: @Sendable () -> TraceContext = { .new() }

    /// Makes the options of production.
    package init() {}
}
