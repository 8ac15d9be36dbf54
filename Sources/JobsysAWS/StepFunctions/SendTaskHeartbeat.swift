public import JobsysJSON

extension StepFunctions {
    /// Tells a state machine that a task is still being worked on.
    public struct SendTaskHeartbeat: AWSOperation {
        /// Step Functions.
        public static let service = AWSService.stepFunctions
        /// The operation's name.
        public static let name = "SendTaskHeartbeat"

        /// The task's token, as its state machine handed it out; after a retry there it is another one.
        public var taskToken: String

        /// Creates the operation.
        public init(taskToken: String) {
            self.taskToken = taskToken
        }

        /// Safe: a task that is over is no failure.
        public var isSafeToRepeat: Bool { true }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { $0.member("taskToken", taskToken) }
        }

        /// Reads the answer.
        public static func decode(_ reader: inout JSONReader) throws -> TaskReport { try TaskReport(&reader) }

        /// That the task is over is an outcome.
        public static func recover(from failure: AWSServiceFailure) throws -> TaskReport? { TaskReport(failure) }
    }
}
