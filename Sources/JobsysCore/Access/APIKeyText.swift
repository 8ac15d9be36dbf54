import JobsysHashing

/// An API key as its owner has it: `jobsys_<stage>_<keyId>_<secret><checksum>`.
///
/// Id, secret and checksum are in base 62. The checksum is the CRC-32 of all that comes before it: a text that was cut off,
/// mistyped or made up is refused without a look at the table, and scanners for leaked secrets tell a key from a word.
/// Nothing but ``revealed()`` shows the secret: neither a description nor a dump.
public struct APIKeyText: Sendable, Hashable {
    /// The stage that the key is for.
    public let stage: String
    /// Which key it is; no secret.
    public let keyID: String
    private let text: String

    /// How many characters the id has: 95 bits.
    static let idLength = 16
    /// How many characters the secret has: 190 bits, so that a plain hash of it cannot be searched.
    static let secretLength = 32
    /// How many characters a CRC-32 takes.
    static let checksumLength = 6
    private static let prefix = Array("jobsys_".utf8)
    private static let longestStage = 16
    private static let longest = prefix.count + longestStage + 1 + idLength + 1 + secretLength + checksumLength

    /// Reads a key; nil for anything else, and for one whose checksum is wrong.
    public init?(_ text: String) {
        var text = text
        let parts = text.withUTF8 { bytes in
            unsafe Self.parts(of: bytes)
        }
        guard let (stage, keyID) = parts else { return nil }
        self.init(stage: stage, keyID: keyID, text)
    }

    /// The stage and the id of a key; nil for anything else.
    ///
    /// All parts but the stage have one length each, so their places are told from the end.
    private static func parts(of bytes: UnsafeBufferPointer<UInt8>) -> (stage: String, keyID: String)? {
        let checksum = bytes.count - checksumLength
        let secret = checksum - secretLength
        let keyID = secret - 1 - idLength
        guard bytes.count <= longest, keyID - 1 > prefix.count else { return nil }
        let stage = prefix.count..<(keyID - 1)
        guard stage.count <= longestStage else { return nil }
        for index in prefix.indices { guard unsafe bytes[index] == prefix[index] else { return nil } }
        for index in stage { guard unsafe isOfStage(bytes[index]) else { return nil } }
        guard unsafe bytes[keyID - 1] == underscore, unsafe bytes[secret - 1] == underscore else { return nil }
        for index in keyID..<bytes.count where index != secret - 1 {
            guard unsafe Base62.isDigit(bytes[index]) else { return nil }
        }
        let expected = CRC32.checksum(unsafe Array(bytes[..<checksum]))
        guard unsafe Base62.number(bytes[checksum...]) == UInt64(expected) else { return nil }
        return unsafe (
            String(decoding: bytes[stage], as: UTF8.self), String(decoding: bytes[keyID..<(secret - 1)], as: UTF8.self)
        )
    }

    private static let underscore = UInt8(ascii: "_")

    private init(stage: String, keyID: String, _ text: String) {
        self.stage = stage
        self.keyID = keyID
        self.text = text
    }

    /// Whether a text begins as keys do, whatever follows: nobody else's credential does.
    public static func isMeant(_ text: String) -> Bool { text.utf8.starts(with: prefix) }

    /// Whether a text may be a key's id.
    public static func isKeyID(_ text: String) -> Bool {
        text.utf8.count == idLength && text.utf8.allSatisfy(Base62.isDigit)
    }

    /// Makes a new key for a stage, from the system's random numbers (getrandom(2) on Linux).
    public static func make(stage: String) -> APIKeyText {
        var generator = SystemRandomNumberGenerator()
        return make(stage: stage, using: &generator)
    }

    /// Makes a new key from a source of random numbers.
    package static func make(stage: String, using generator: inout some RandomNumberGenerator) -> APIKeyText {
        let keyID = Base62.random(idLength, using: &generator)
        let head = "jobsys_\(stage)_\(keyID)_\(Base62.random(secretLength, using: &generator))"
        let checksum = Base62.digits(of: CRC32.checksum(Array(head.utf8)), checksumLength)
        return APIKeyText(stage: stage, keyID: keyID, head + String(decoding: checksum, as: UTF8.self))
    }

    /// The whole key, to be shown to its owner once.
    public func revealed() -> String { text }

    /// The last four characters, by which people tell keys apart; the checksum alone has told them.
    public var ending: String { String(text.suffix(4)) }

    /// What is kept of the key: the SHA-256 of its text, in hexadecimal.
    public var hash: String { SHA256.hexHash(text) }
}

extension APIKeyText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key without its secret.
    public var description: String { "jobsys_\(stage)_\(keyID)_…" }

    /// The key without its secret.
    public var debugDescription: String { description }

    /// Nothing that a dump could show.
    public var customMirror: Mirror { Mirror(self, children: ["keyID": keyID]) }
}

/// Digits, capital and small letters.
private enum Base62 {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func isDigit(_ byte: UInt8) -> Bool {
        // Below zero it wraps around, and is not small any more.
        byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
    }

    /// The number that digits write.
    static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64 {
        var number: UInt64 = 0
        for index in unsafe digits.indices {
            let digit = unsafe digits[index]
            let value: UInt8 =
                switch digit {
                case UInt8(ascii: "a")...: digit - UInt8(ascii: "a") + 36
                case UInt8(ascii: "A")...: digit - UInt8(ascii: "A") + 10
                default: digit - UInt8(ascii: "0")
                }
            number = number * 62 + UInt64(value)
        }
        return number
    }

    /// A number in so many digits, the most significant one first.
    static func digits(of number: UInt32, _ count: Int) -> [UInt8] {
        var rest = Int(number)
        var digits = [UInt8](repeating: alphabet[0], count: count)
        for index in digits.indices.reversed() {
            digits[index] = alphabet[rest % alphabet.count]
            rest /= alphabet.count
        }
        return digits
    }

    static func random(_ count: Int, using generator: inout some RandomNumberGenerator) -> String {
        var bytes: [UInt8] = []
        for _ in 0..<count { bytes.append(alphabet[Int.random(in: alphabet.indices, using: &generator)]) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension APIKeyText {
    /// Stages are small letters and digits.
    fileprivate static func isOfStage(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || byte &- UInt8(ascii: "a") < 26
    }
}

/// Whether two hashes are the same, in a time that does not tell where they differ.
public func isSameHash(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    return zip(left.utf8, right.utf8).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
}
