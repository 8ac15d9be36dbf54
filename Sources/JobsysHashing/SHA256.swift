internal import CJobsysCrypto

/// SHA-256 (FIPS 180-4).
public enum SHA256 {
    /// The 32 bytes of the hash.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        unsafe bytes.withUnsafeBytes { unsafe Digest.hash($0, with: ccrypto_sha256(), length: 32) }
    }

    /// The 32 bytes of the hash of the text's UTF-8.
    public static func hash(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 {
            unsafe Digest.hash(UnsafeRawBufferPointer($0), with: ccrypto_sha256(), length: 32)
        }
    }

    /// Hands out the hash of some bytes as 64 lower-case hexadecimal digits, which are there while `body` runs.
    public static func withHexHash<Result>(
        of bytes: UnsafeRawBufferPointer,
        _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        unsafe Digest.withHash(of: bytes, with: ccrypto_sha256(), length: 32) { unsafe Hex.withDigits(of: $0, body) }
    }

    /// The hash as 64 lower-case hexadecimal digits.
    public static func hexHash(_ bytes: [UInt8]) -> String {
        unsafe bytes.withUnsafeBytes { unsafe Digest.withHash(of: $0, with: ccrypto_sha256(), length: 32, Hex.encode) }
    }

    /// The hash of the text's UTF-8 as 64 lower-case hexadecimal digits.
    public static func hexHash(_ text: String) -> String {
        Hex.encode(hash(text))
    }
}

/// HMAC with SHA-256 (RFC 2104, RFC 4231), under a key that is prepared once and used often.
///
/// Two plain hashes: libcrypto's own HMAC looks its algorithm up anew for each message, which costs more than both.
public struct HMACSHA256: Sendable {
    private static let blockSize = 64
    private let innerPad: [UInt8]
    private let outerPad: [UInt8]

    /// Prepares a key of any length.
    public init(key: [UInt8]) {
        let key = key.count > Self.blockSize ? SHA256.hash(key) : key
        let block = key + [UInt8](repeating: 0, count: Self.blockSize - key.count)
        innerPad = block.map { $0 ^ 0x36 }
        outerPad = block.map { $0 ^ 0x5C }
    }

    /// The 32 bytes of the message's code.
    public func authenticate(_ message: [UInt8]) -> [UInt8] {
        SHA256.hash(outerPad + SHA256.hash(innerPad + message))
    }

    /// Hands out the message's code as 64 lower-case hexadecimal digits, which are there while `body` runs.
    public func withHexCode<Result>(
        of message: UnsafeRawBufferPointer,
        _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        unsafe Self.withJoined(innerPad, message) { inner in
            unsafe Digest.withHash(of: inner, with: ccrypto_sha256(), length: 32) { hash in
                unsafe Self.withJoined(outerPad, UnsafeRawBufferPointer(hash)) { outer in
                    unsafe SHA256.withHexHash(of: outer, body)
                }
            }
        }
    }

    private static func withJoined<Result>(
        _ pad: [UInt8],
        _ message: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        unsafe withUnsafeTemporaryAllocation(byteCount: blockSize + message.count, alignment: 1) { space in
            unsafe space.copyBytes(from: pad)
            unsafe UnsafeMutableRawBufferPointer(rebasing: space[blockSize...]).copyBytes(from: message)
            return unsafe body(UnsafeRawBufferPointer(space))
        }
    }

    /// The 32 bytes of the code of the message's UTF-8.
    public func authenticate(_ message: String) -> [UInt8] {
        SHA256.hash(outerPad + SHA256.hash(innerPad + message.utf8))
    }
}
