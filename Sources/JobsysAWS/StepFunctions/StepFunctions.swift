import JobsysJSON

/// The operations of AWS Step Functions.
///
/// Source: https://docs.aws.amazon.com/step-functions/latest/apireference/Welcome.html
public enum StepFunctions {}

extension AWSService {
    /// AWS Step Functions.
    public static let stepFunctions = AWSService(
        endpointPrefix: "states",
        environmentName: "SFN",
        targetPrefix: "AWSStepFunctions"
    )
}

extension StepFunctions {
    /// What became of word about a task that a state machine waits for.
    public enum TaskReport: Sendable, Hashable {
        /// The state machine has heard it.
        case heard
        /// The task is over: it timed out, or was reported before, perhaps by an attempt without an answer.
        case timedOut
        /// There is no such task any more, for example because its execution has ended.
        case doesNotExist

        /// Whether nobody waits for the task any more.
        public var isAlreadyFinished: Bool { self != .heard }

        /// Reads the answer, which says nothing more.
        init(_ reader: inout JSONReader) throws(JSONError) {
            try reader.readNothing()
            self = .heard
        }

        /// Reads the error answer; nil if it does not say that the task is over.
        init?(_ failure: AWSServiceFailure) {
            switch failure.name {
            case "TaskTimedOut": self = .timedOut
            case "TaskDoesNotExist": self = .doesNotExist
            default: return nil
            }
        }
    }
}
