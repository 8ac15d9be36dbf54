import JobsysJSON

/// A condition, parsed.
indirect enum ConditionExpression {
    case compare(Operand, String, Operand)
    case isIn(Operand, [Operand])
    case between(Operand, Operand, Operand)
    case exists(String, Bool)
    case beginsWith(Operand, Operand)
    case all([ConditionExpression])
    case any([ConditionExpression])
    case not(ConditionExpression)

    /// What is compared.
    enum Operand {
        /// An attribute, by its name or alias.
        case attribute(String)
        case value(String)
        case size(String)
    }

    init(_ text: String) throws(Refusal) {
        var scanner = ExpressionScanner(text)
        self = try Self.disjunction(&scanner)
        guard scanner.isAtEnd else { throw .invalid("ConditionExpression") }
    }

    private static func disjunction(_ scanner: inout ExpressionScanner) throws(Refusal) -> Self {
        var terms = [try conjunction(&scanner)]
        while scanner.takes("OR") { terms.append(try conjunction(&scanner)) }
        return terms.count == 1 ? terms[0] : .any(terms)
    }

    private static func conjunction(_ scanner: inout ExpressionScanner) throws(Refusal) -> Self {
        var terms = [try negation(&scanner)]
        while scanner.takes("AND") { terms.append(try negation(&scanner)) }
        return terms.count == 1 ? terms[0] : .all(terms)
    }

    private static func negation(_ scanner: inout ExpressionScanner) throws(Refusal) -> Self {
        if scanner.takes("NOT") { return .not(try negation(&scanner)) }
        if scanner.takes("(") {
            let inner = try disjunction(&scanner)
            try scanner.expect(")")
            return inner
        }
        if scanner.takes("attribute_exists") { return .exists(try argument(&scanner), true) }
        if scanner.takes("attribute_not_exists") { return .exists(try argument(&scanner), false) }
        if scanner.takes("begins_with") {
            try scanner.expect("(")
            let text = try Operand(&scanner)
            try scanner.expect(",")
            let prefix = try Operand(&scanner)
            try scanner.expect(")")
            return .beginsWith(text, prefix)
        }
        return try comparison(&scanner)
    }

    private static func comparison(_ scanner: inout ExpressionScanner) throws(Refusal) -> Self {
        let left = try Operand(&scanner)
        if scanner.takes("IN") {
            try scanner.expect("(")
            var list = [try Operand(&scanner)]
            while scanner.takes(",") { list.append(try Operand(&scanner)) }
            try scanner.expect(")")
            return .isIn(left, list)
        }
        if scanner.takes("BETWEEN") {
            let low = try Operand(&scanner)
            try scanner.expect("AND")
            return .between(left, low, try Operand(&scanner))
        }
        let sign = try scanner.next()
        guard ["=", "<>", "<", "<=", ">", ">="].contains(sign) else { throw .invalid("ConditionExpression") }
        return .compare(left, sign, try Operand(&scanner))
    }

    fileprivate static func argument(_ scanner: inout ExpressionScanner) throws(Refusal) -> String {
        try scanner.expect("(")
        let name = try scanner.next()
        try scanner.expect(")")
        return name
    }
}

extension ConditionExpression.Operand {
    init(_ scanner: inout ExpressionScanner) throws(Refusal) {
        if scanner.takes("size") {
            self = .size(try ConditionExpression.argument(&scanner))
        } else {
            let word = try scanner.next()
            self = word.hasPrefix(":") ? .value(word) : .attribute(word)
        }
    }
}

extension ConditionExpression {
    /// Whether the condition holds for an item; an item that is not there has no attributes.
    func holds(for item: JSONObject, _ aliases: Aliases) throws(Refusal) -> Bool {
        switch self {
        case .compare(let left, let sign, let right):
            let (left, right) = (try left.value(in: item, aliases), try right.value(in: item, aliases))
            return Self.compare(left, sign, right)
        case .isIn(let operand, let list):
            let value = try operand.value(in: item, aliases)
            for element in list where Self.compare(value, "=", try element.value(in: item, aliases)) { return true }
            return false
        case .between(let operand, let low, let high):
            let value = try operand.value(in: item, aliases)
            let (low, high) = (try low.value(in: item, aliases), try high.value(in: item, aliases))
            return Self.compare(value, ">=", low) && Self.compare(value, "<=", high)
        case .exists(let name, let isWanted):
            return (item[try aliases.name(name)] != nil) == isWanted
        case .beginsWith(let operand, let prefix):
            guard let text = try operand.value(in: item, aliases)?["S"]?.stringValue,
                let prefix = try prefix.value(in: item, aliases)?["S"]?.stringValue
            else { return false }
            return text.hasPrefix(prefix)
        case .all(let conditions):
            for condition in conditions where try !condition.holds(for: item, aliases) { return false }
            return true
        case .any(let conditions):
            for condition in conditions where try condition.holds(for: item, aliases) { return true }
            return false
        case .not(let condition):
            return try !condition.holds(for: item, aliases)
        }
    }

    private static func compare(_ left: JSONValue?, _ sign: String, _ right: JSONValue?) -> Bool {
        guard let left, let right else { return false }
        switch sign {
        case "=": return left == right || AttributeOrder(left, right) == .same
        case "<>": return left != right && AttributeOrder(left, right) != .same
        case "<": return AttributeOrder(left, right) == .rising
        case "<=": return [.rising, .same].contains(AttributeOrder(left, right))
        case ">": return AttributeOrder(left, right) == .falling
        default: return [.falling, .same].contains(AttributeOrder(left, right))
        }
    }
}

extension ConditionExpression.Operand {
    fileprivate func value(in item: JSONObject, _ aliases: Aliases) throws(Refusal) -> JSONValue? {
        switch self {
        case .attribute(let name): item[try aliases.name(name)]
        case .value(let name): try aliases.value(name)
        case .size(let name):
            item[try aliases.name(name)].map { ["N": .string(String(ItemSize.ofValue($0)))] }
        }
    }
}
