public import FoundationEssentials
public import JobsysJSON

extension StepFunctions {
    /// Starts a state machine.
    public struct StartExecution: AWSOperation {
        /// Step Functions.
        public static let service = AWSService.stepFunctions
        /// The operation's name.
        public static let name = "StartExecution"

        /// What came of it.
        public enum Output: Sendable, Hashable {
            /// An execution has started, or runs already with the same name and input.
            case started(executionARN: String, at: Date)
            /// The name was used in the last 90 days by an execution that has ended or has another input.
            case nameIsTaken
        }

        /// The state machine's ARN, or that of a version or alias.
        public var stateMachineARN: String
        /// What the execution is called, up to 80 characters; nil for a name of the service's making.
        public var executionName: String?
        /// The input, a JSON document of at most 256 KiB.
        public var input: JSONValue
        /// The trace that the caller is part of, as in `X-Amzn-Trace-Id`.
        public var traceHeader: String?

        /// Creates the operation.
        public init(
            stateMachineARN: String,
            executionName: String? = nil,
            input: JSONValue = [:],
            traceHeader: String? = nil
        ) {
            self.stateMachineARN = stateMachineARN
            self.executionName = executionName
            self.input = input
            self.traceHeader = traceHeader
        }

        /// Safe with a name, for a standard state machine; without one, a call without an answer may start two.
        public var isSafeToRepeat: Bool { executionName != nil }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("stateMachineArn", stateMachineARN)
                writer.member("name", ifPresent: executionName)
                writer.member("input", input.serializedString)
                writer.member("traceHeader", ifPresent: traceHeader)
            }
        }

        /// Reads the answer.
        public static func decode(_ reader: inout JSONReader) throws -> Output {
            var (arn, date): (String?, Date?)
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "executionArn": arn = try reader.readString()
                case "startDate": date = try reader.readTimestamp()
                default: break
                }
            }
            guard let arn else { throw AWSAnswerError.missing("executionArn") }
            guard let date else { throw AWSAnswerError.missing("startDate") }
            return .started(executionARN: arn, at: date)
        }

        /// That the name is taken is an outcome.
        public static func recover(from failure: AWSServiceFailure) throws -> Output? {
            failure.name == "ExecutionAlreadyExists" ? .nameIsTaken : nil
        }
    }
}
