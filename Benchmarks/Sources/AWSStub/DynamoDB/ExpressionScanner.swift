/// Takes an expression apart into words, aliases and signs.
struct ExpressionScanner {
    private var tokens: ArraySlice<String>

    init(_ text: String) {
        var tokens: [String] = []
        var word = ""
        func endWord() {
            if !word.isEmpty { tokens.append(word) }
            word = ""
        }
        for character in text {
            switch character {
            case " ", "\n", "\t": endWord()
            case "(", ")", ",", "+", "-", "=":
                endWord()
                if character == "=", tokens.last == "<" || tokens.last == ">" {
                    tokens[tokens.count - 1] += "="
                } else {
                    tokens.append(String(character))
                }
            case "<", ">":
                endWord()
                if character == ">", tokens.last == "<" {
                    tokens[tokens.count - 1] = "<>"
                } else {
                    tokens.append(String(character))
                }
            default: word.append(character)
            }
        }
        endWord()
        self.tokens = tokens[...]
    }

    var isAtEnd: Bool { tokens.isEmpty }

    /// Whether the next token is this keyword, in any case, or this sign; it is taken if so.
    mutating func takes(_ token: String) -> Bool {
        guard isNext(token) else { return false }
        tokens.removeFirst()
        return true
    }

    func isNext(_ token: String) -> Bool {
        tokens.first.map { $0.uppercased() == token.uppercased() } ?? false
    }

    mutating func expect(_ token: String) throws(Refusal) {
        guard takes(token) else { throw .invalid("The expression before \(tokens.first ?? "its end")") }
    }

    mutating func next() throws(Refusal) -> String {
        guard let token = tokens.popFirst() else { throw .invalid("The end of the expression") }
        return token
    }
}
