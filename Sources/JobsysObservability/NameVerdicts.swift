import Synchronization

/// Remembers which of the names that a program's own code gives are sensitive: they are few, and come again in each line.
final class NameVerdicts: Sendable {
    private let names: SensitiveNames
    private let verdicts = Mutex<[String: Bool]>([:])
    /// More names than a program has: whoever makes names up must not fill the memory.
    private static let limit = 256

    init(_ names: SensitiveNames) {
        self.names = names
    }

    /// Whether values under this name must not be shown.
    func isSensitive(_ name: String) -> Bool {
        verdicts.withLock { verdicts in
            if let verdict = verdicts[name] { return verdict }
            let verdict = names.match(name)
            if verdicts.count < Self.limit { verdicts[name] = verdict }
            return verdict
        }
    }
}
