import JobsysJSON

/// An update, parsed.
struct UpdateExpression {
    fileprivate indirect enum Value {
        case attribute(String)
        case value(String)
        case ifNotExists(String, Value)
        case append(Value, Value)
        case sum(Value, sign: Double, Value)
    }

    private enum Action {
        case set(String, Value)
        case remove(String)
        case add(String, String)
    }

    private var actions: [Action] = []

    init(_ text: String) throws(Refusal) {
        var scanner = ExpressionScanner(text)
        while !scanner.isAtEnd {
            if scanner.takes("SET") {
                repeat {
                    let name = try scanner.next()
                    try scanner.expect("=")
                    actions.append(.set(name, try Self.value(&scanner)))
                } while scanner.takes(",")
            } else if scanner.takes("REMOVE") {
                repeat { actions.append(.remove(try scanner.next())) } while scanner.takes(",")
            } else if scanner.takes("ADD") {
                repeat { actions.append(.add(try scanner.next(), try scanner.next())) } while scanner.takes(",")
            } else {
                throw .invalid("UpdateExpression")
            }
        }
    }

    private static func value(_ scanner: inout ExpressionScanner) throws(Refusal) -> Value {
        let left = try operand(&scanner)
        if scanner.takes("+") { return .sum(left, sign: 1, try operand(&scanner)) }
        if scanner.takes("-") { return .sum(left, sign: -1, try operand(&scanner)) }
        return left
    }

    private static func operand(_ scanner: inout ExpressionScanner) throws(Refusal) -> Value {
        if scanner.takes("if_not_exists") {
            try scanner.expect("(")
            let name = try scanner.next()
            try scanner.expect(",")
            let other = try operand(&scanner)
            try scanner.expect(")")
            return .ifNotExists(name, other)
        }
        if scanner.takes("list_append") {
            try scanner.expect("(")
            let left = try operand(&scanner)
            try scanner.expect(",")
            let right = try operand(&scanner)
            try scanner.expect(")")
            return .append(left, right)
        }
        let word = try scanner.next()
        return word.hasPrefix(":") ? .value(word) : .attribute(word)
    }

    /// The item as it is after the update; all actions see it as it was before.
    func applied(to item: JSONObject, _ aliases: Aliases) throws(Refusal) -> JSONObject {
        var updated = item
        for action in actions {
            switch action {
            case .set(let name, let value):
                updated[try aliases.name(name)] = try value.evaluated(in: item, aliases)
            case .remove(let name):
                updated[try aliases.name(name)] = nil
            case .add(let name, let value):
                let name = try aliases.name(name)
                let sum = try number(item[name] ?? ["N": "0"]) + number(try aliases.value(value))
                updated[name] = numberAttribute(sum)
            }
        }
        return updated
    }
}

extension UpdateExpression.Value {
    fileprivate func evaluated(in item: JSONObject, _ aliases: Aliases) throws(Refusal) -> JSONValue {
        switch self {
        case .attribute(let name):
            guard let value = item[try aliases.name(name)] else { throw .invalid("The attribute \(name)") }
            return value
        case .value(let name):
            return try aliases.value(name)
        case .ifNotExists(let name, let other):
            if let value = item[try aliases.name(name)] { return value }
            return try other.evaluated(in: item, aliases)
        case .append(let left, let right):
            let (left, right) = (try left.evaluated(in: item, aliases), try right.evaluated(in: item, aliases))
            guard let first = left["L"]?.arrayValue, let second = right["L"]?.arrayValue else {
                throw .invalid("The lists of list_append")
            }
            return ["L": .array(first + second)]
        case .sum(let left, let sign, let right):
            let (left, right) = (try left.evaluated(in: item, aliases), try right.evaluated(in: item, aliases))
            return numberAttribute(try number(left) + sign * number(right))
        }
    }
}

/// Numbers of more digits than a `Double` holds are not what a benchmark counts with.
private func number(_ value: JSONValue) throws(Refusal) -> Double {
    guard let number = value["N"]?.stringValue.flatMap({ Double($0) }) else { throw .invalid("A number") }
    return number
}

private func numberAttribute(_ number: Double) -> JSONValue {
    ["N": .string(Int(exactly: number).map { String($0) } ?? String(number))]
}
