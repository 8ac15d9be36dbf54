public import JobsysJSON

/// How jobs of one type are retried, limited and kept: everything that is decided about a type beside its code.
///
/// One value, so that whoever asks why a job waits or was given up finds the answer in one place. Times are elapsed times;
/// what is counted is counted in each worker by itself.
public struct JobPolicy: Sendable, Hashable {
    /// How many attempts a job may take whose client did not ask for a number; 4 by default.
    public var maxAttempts: Int
    /// How long to wait between attempts, by the class of the failure.
    public var backoff: RetryBackoff
    /// The classes of failures that no other attempt mends: `VALIDATION` by default.
    public var permanent: Set<ErrorClass>
    /// How long one attempt may take; nil, the default, for as long as it likes.
    ///
    /// After that the handler's task is cancelled, and the attempt has failed with class `SYSTEM` unless the handler then
    /// returns a success all the same.
    public var timeout: Duration?
    /// How many jobs of the type run at once in one worker; nil, the default, for as many as it has slots.
    public var concurrency: Int?
    /// How many jobs of the type one worker starts in a second; nil, the default, for any number.
    public var rate: Int?
    /// When jobs of the type are not started because they fail.
    public var breaker: Breaker
    /// How long a finished job is kept; 14 days by default.
    public var retention: Duration
    /// How long to wait for what is not there.
    public var patience: Patience
    /// The fields of payloads and results that nobody is shown, in any answer, page, log or incident; none by default.
    ///
    /// `["customer.email", "cards[*].number"]`; the handler gets them as they are. ``JobsysJSON/FieldPath`` says how they are
    /// written.
    public var sensitive: [FieldPath]

    /// Makes a policy; what is left out is as documented.
    public init(
        maxAttempts: Int = 4,
        backoff: RetryBackoff = RetryBackoff(),
        permanent: Set<ErrorClass> = [.validation],
        timeout: Duration? = nil,
        concurrency: Int? = nil,
        rate: Int? = nil,
        breaker: Breaker = Breaker(),
        retention: Duration = .seconds(14 * 86400),
        patience: Patience = Patience(),
        sensitive: [FieldPath] = []
    ) {
        self.maxAttempts = maxAttempts
        self.backoff = backoff
        self.permanent = permanent
        self.timeout = timeout
        self.concurrency = concurrency
        self.rate = rate
        self.breaker = breaker
        self.retention = retention
        self.patience = patience
        self.sensitive = sensitive
    }

    /// The policy of a type of which nothing is said.
    public static let standard = JobPolicy()
}

extension JobPolicy {
    /// The waits between attempts.
    public struct RetryBackoff: Sendable, Hashable {
        /// Classes with a backoff of their own: `RATE_LIMIT` with 5 s doubling to 5 min by default.
        public var byClass: [ErrorClass: Backoff]
        /// The backoff of all others: 1 s doubling to 60 s by default.
        public var standard: Backoff

        /// Makes a backoff for each class.
        public init(
            standard: Backoff = Backoff(base: .seconds(1), limit: .seconds(60)),
            byClass: [ErrorClass: Backoff] = [.rateLimit: Backoff(base: .seconds(5), limit: .seconds(300))]
        ) {
            self.standard = standard
            self.byClass = byClass
        }

        /// The backoff after a failure of a class.
        public subscript(errorClass: ErrorClass) -> Backoff { byClass[errorClass] ?? standard }
    }

    /// When a worker stops starting jobs of a type because they fail, and what it forgives meanwhile.
    public struct Breaker: Sendable, Hashable {
        /// How many failures in a row, without a success between them, open it; nil for never, 5 by default.
        public var failures: Int?
        /// The classes of failures that count: `NETWORK` and `SYSTEM` by default.
        public var classes: Set<ErrorClass>
        /// How long it stays open until one job is let through; 5 s doubling to 60 s by default.
        public var pauses: Backoff
        /// How old a job may be whose failures cost no attempt while the breaker is open, if several jobs have failed; an
        /// hour by default.
        public var sharedOutage: Duration
        /// The same if all failures were one job's, which is then more likely to be wrong itself; ten minutes by default.
        public var singleJobOutage: Duration

        /// Makes a breaker's settings.
        public init(
            failures: Int? = 5,
            classes: Set<ErrorClass> = [.network, .system],
            pauses: Backoff = Backoff(base: .seconds(5), limit: .seconds(60)),
            sharedOutage: Duration = .seconds(3600),
            singleJobOutage: Duration = .seconds(600)
        ) {
            self.failures = failures
            self.classes = classes
            self.pauses = pauses
            self.sharedOutage = sharedOutage
            self.singleJobOutage = singleJobOutage
        }
    }

    /// How long a job or its message waits for what is not there.
    public struct Patience: Sendable, Hashable {
        /// How long a job waits for a worker that knows its type, or can read its message or record, before it has failed
        /// for good; a day by default.
        public var unknown: Duration
        /// How long its message rests after each worker that does not; 1 s doubling to 60 s by default.
        public var unknownPauses: Backoff
        /// How long it rests at most while other workers offer the type; 4 s by default.
        public var offeredPause: Duration
        /// How long a job waits in its slot for its turn under a rate before it is turned away; 1 s by default.
        public var turn: Duration
        /// How long a message rests whose type's jobs do not start; 5 s doubling to 5 min by default.
        public var turnedAwayPauses: Backoff
        /// How long a message rests that met a failing dependency; 10 s doubling to 15 min by default.
        public var outagePauses: Backoff
        /// How long a message rests whose job is not there yet, or is changing hands; 3 s by default.
        public var notReady: Duration

        /// Makes a patience.
        public init(
            unknown: Duration = .seconds(86400),
            unknownPauses: Backoff = Backoff(base: .seconds(1), limit: .seconds(60)),
            offeredPause: Duration = .seconds(4),
            turn: Duration = .seconds(1),
            turnedAwayPauses: Backoff = Backoff(base: .seconds(5), limit: .seconds(300)),
            outagePauses: Backoff = Backoff(base: .seconds(10), limit: .seconds(900)),
            notReady: Duration = .seconds(3)
        ) {
            self.unknown = unknown
            self.unknownPauses = unknownPauses
            self.offeredPause = offeredPause
            self.turn = turn
            self.turnedAwayPauses = turnedAwayPauses
            self.outagePauses = outagePauses
            self.notReady = notReady
        }
    }
}
