/// The names of one object as they are read; a few are searched one by one, many are hashed.
struct UniqueNames {
    private var few: [ExactString] = []
    private var many: Set<ExactString> = []

    /// Adds a name, and says whether it is new.
    mutating func insert(_ text: String) -> Bool {
        let name = ExactString(text)
        guard few.count >= 12 else {
            if few.contains(name) { return false }
            few.append(name)
            return true
        }
        if many.isEmpty { many = Set(few) }
        return many.insert(name).inserted
    }
}
