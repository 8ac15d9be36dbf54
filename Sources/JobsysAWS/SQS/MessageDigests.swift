import JobsysHashing
import JobsysJSON

/// The MD5 digests that SQS tells of a message; each may be missing.
///
/// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
struct MessageDigests: Sendable, Hashable {
    private(set) var body: String?
    private(set) var attributes: String?
    private(set) var systemAttributes: String?

    /// Reads the value of a member if it is a digest, under the names that it has for sent and for received messages.
    mutating func read(_ member: JSONName, from reader: inout JSONReader) throws(JSONError) {
        switch member {
        case "MD5OfBody", "MD5OfMessageBody": body = try reader.readString()
        case "MD5OfMessageAttributes": attributes = try reader.readString()
        case "MD5OfMessageSystemAttributes": systemAttributes = try reader.readString()
        default: break
        }
    }

    /// Compares the digests that are there with a message's content.
    func check(
        body: String,
        attributes: [String: SQS.MessageAttribute],
        systemAttributes: [String: SQS.MessageAttribute] = [:]
    ) throws(AWSAnswerError) {
        if let found = self.body, !MD5.matches(found, body) {
            try compare("the body's MD5", found) { MD5.hexHash(body) }
        }
        try compare("the attributes' MD5", self.attributes) { Self.digest(of: attributes) }
        try compare("the system attributes' MD5", self.systemAttributes) { Self.digest(of: systemAttributes) }
    }

    /// The digest of attributes: names in order, each with type and value, all with their lengths before them.
    static func digest(of attributes: [String: SQS.MessageAttribute]) -> String {
        var bytes: [UInt8] = []
        for (name, attribute) in attributes.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            append(name.utf8, to: &bytes)
            append(attribute.dataType.utf8, to: &bytes)
            if let value = attribute.binaryValue {
                bytes.append(2)
                append(value, to: &bytes)
            } else {
                bytes.append(1)
                append((attribute.stringValue ?? "").utf8, to: &bytes)
            }
        }
        return MD5.hexHash(bytes)
    }

    private func compare(_ name: String, _ found: String?, with content: () -> String) throws(AWSAnswerError) {
        guard let found else { return }
        let expected = content()
        guard found == expected else { throw .checksum(name, found: String(found.prefix(32)), expected: expected) }
    }

    private static func append(_ content: some Collection<UInt8>, to bytes: inout [UInt8]) {
        let count = UInt32(clamping: content.count)
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: count >> UInt32(shift))) }
        bytes.append(contentsOf: content)
    }
}
