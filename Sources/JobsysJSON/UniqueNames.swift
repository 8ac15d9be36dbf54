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

/// A string that is compared and hashed by its UTF-8 bytes.
struct ExactString: Hashable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (lhs: ExactString, rhs: ExactString) -> Bool {
        // Swift's comparison has the fast paths; what it holds equal may still differ in its bytes.
        lhs.text == rhs.text && lhs.text.utf8.elementsEqual(rhs.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
