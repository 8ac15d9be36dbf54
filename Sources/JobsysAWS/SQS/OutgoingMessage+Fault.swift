extension SQS.OutgoingMessage {
    /// What counts towards the size of the message and of its batch, in bytes.
    public var byteCount: Int {
        attributes.reduce(body.utf8.count) { $0 + $1.key.utf8.count + $1.value.byteCount }
    }

    /// Why SQS would refuse the message whatever the queue; nil if it would not.
    public var fault: SQS.MessageFault? {
        if body.isEmpty { return .emptyBody }
        if let scalar = body.forbiddenScalar { return .forbiddenCharacter(scalar) }
        if byteCount > SQS.maxBytes { return .tooLarge(bytes: byteCount) }
        if let delay, !(0...900).contains(delay.wholeSeconds) { return .delay(delay) }
        for id in [groupID, deduplicationID].compactMap(\.self) where !id.isFIFOID { return .fifoID(id) }
        return attributeFault
    }

    private var attributeFault: SQS.MessageFault? {
        if attributes.count > 10 { return .tooManyAttributes(attributes.count) }
        for (name, attribute) in attributes.sorted(by: { $0.key < $1.key }) {
            if !name.isAttributeName { return .attributeName(name) }
            if !attribute.hasValue { return .attributeValue(name: name) }
            if let scalar = attribute.stringValue?.forbiddenScalar { return .forbiddenCharacter(scalar) }
        }
        return nil
    }
}

extension SQS.MessageAttribute {
    fileprivate var byteCount: Int {
        dataType.utf8.count + (stringValue?.utf8.count ?? 0) + (binaryValue?.count ?? 0)
    }

    /// Whether it has the one value that its type calls for, not empty.
    fileprivate var hasValue: Bool {
        switch dataType.prefix(while: { $0 != "." }) {
        case "String", "Number": binaryValue == nil && stringValue?.isEmpty == false
        case "Binary": stringValue == nil && binaryValue?.isEmpty == false
        default: false
        }
    }
}

extension String {
    /// The first character that is none of those that XML 1.0 has.
    fileprivate var forbiddenScalar: Unicode.Scalar? {
        unicodeScalars.first { scalar in
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: false
            default: true
            }
        }
    }

    fileprivate var isAttributeName: Bool {
        let parts = split(separator: ".", omittingEmptySubsequences: false)
        guard utf8.count <= 256, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(\.isSQSNameByte) }) else {
            return false
        }
        return parts.count == 1 || !["aws", "amazon"].contains(parts[0].lowercased())
    }

    fileprivate var isFIFOID: Bool {
        (1...128).contains(utf8.count) && utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}

extension UInt8 {
    /// Whether it is a letter, a digit, `-` or `_`.
    var isSQSNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
