/// Which of the next calls are to fail, by operation.
struct FaultPlan {
    /// A way to fail.
    enum Fault: String {
        /// The service asks for less, and does nothing.
        case throttle
        /// The service answers 500, and does nothing.
        case error
        /// The service does what was asked, and the connection ends before the answer.
        case drop

        /// The answer, unless there is none.
        func response(isSQS: Bool) -> StubResponse? {
            switch self {
            case .throttle:
                .refusal(
                    isSQS
                        ? Refusal("RequestThrottled", "The rate is too high.")
                        : Refusal("ProvisionedThroughputExceededException", "The rate is too high.")
                )
            case .error: .refusal(Refusal("InternalServerError", "Told to fail."), status: 500)
            case .drop: nil
            }
        }
    }

    private var faults: [String: [Fault]] = [:]

    /// Has one more call of an operation fail.
    mutating func add(_ fault: Fault, to operation: String) {
        faults[operation, default: []].append(fault)
    }

    /// Takes out the fault that the next call of an operation meets.
    mutating func next(of operation: String) -> Fault? {
        guard !faults.isEmpty, let fault = faults[operation]?.first else { return nil }
        faults[operation]?.removeFirst()
        return fault
    }
}
