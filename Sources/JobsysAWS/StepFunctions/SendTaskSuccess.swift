public import JobsysJSON

extension StepFunctions {
    /// Tells a state machine that a task has succeeded.
    public struct SendTaskSuccess: AWSOperation {
        /// Step Functions.
        public static let service = AWSService.stepFunctions
        /// The operation's name.
        public static let name = "SendTaskSuccess"

        /// The task's token, as its state machine handed it out; after a retry there it is another one.
        public var taskToken: String
        /// The task's result, a JSON document of at most 256 KiB.
        public var output: JSONValue

        /// Creates the operation.
        public init(taskToken: String, output: JSONValue) {
            self.taskToken = taskToken
            self.output = output
        }

        /// Safe: a task that is over is no failure.
        public var isSafeToRepeat: Bool { true }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("taskToken", taskToken)
                writer.member("output", output.serializedString)
            }
        }

        /// Reads the answer.
        public static func decode(_ reader: inout JSONReader) throws -> TaskReport { try TaskReport(&reader) }

        /// That the task is over is an outcome.
        public static func recover(from failure: AWSServiceFailure) throws -> TaskReport? { TaskReport(failure) }
    }
}
