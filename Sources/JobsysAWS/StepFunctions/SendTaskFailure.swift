public import JobsysJSON

extension StepFunctions {
    /// Tells a state machine that a task has failed.
    public struct SendTaskFailure: AWSOperation {
        /// Step Functions.
        public static let service = AWSService.stepFunctions
        /// The operation's name.
        public static let name = "SendTaskFailure"

        /// The task's token, as its state machine handed it out; after a retry there it is another one.
        public var taskToken: String
        /// The error's name, which the state machine may catch; at most 256 characters, cut beyond.
        public var error: String?
        /// What happened, for people; at most 32768 characters, cut beyond.
        public var cause: String?

        /// Creates the operation.
        public init(taskToken: String, error: String? = nil, cause: String? = nil) {
            self.taskToken = taskToken
            self.error = error
            self.cause = cause
        }

        /// Safe: a task that is over is no failure.
        public var isSafeToRepeat: Bool { true }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("taskToken", taskToken)
                writer.member("error", ifPresent: error.map { String($0.unicodeScalars.prefix(256)) })
                writer.member("cause", ifPresent: cause.map { String($0.unicodeScalars.prefix(32_768)) })
            }
        }

        /// Reads the answer.
        public static func decode(_ reader: inout JSONReader) throws -> TaskReport { try TaskReport(&reader) }

        /// That the task is over is an outcome.
        public static func recover(from failure: AWSServiceFailure) throws -> TaskReport? { TaskReport(failure) }
    }
}
