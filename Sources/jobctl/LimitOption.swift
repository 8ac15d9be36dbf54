import ArgumentParser

/// How many elements of a list to write.
struct LimitOption: ParsableArguments {
    @Option(name: .customLong("limit"), help: "How many to list, at most.")
    var count = 20

    func validate() throws {
        guard count > 0 else { throw ValidationError("--limit must be at least 1.") }
    }
}
