internal import CJobsysCrypto

/// MD5 (RFC 1321), only for the checksums that SQS sends; it protects against nothing.
public enum MD5 {
    /// The 16 bytes of the hash.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        unsafe bytes.withUnsafeBytes { unsafe Digest.hash($0, with: ccrypto_md5(), length: 16) }
    }

    /// The 16 bytes of the hash of the text's UTF-8.
    public static func hash(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 {
            unsafe Digest.hash(UnsafeRawBufferPointer($0), with: ccrypto_md5(), length: 16)
        }
    }

    /// The hash as 32 lower-case hexadecimal digits.
    public static func hexHash(_ bytes: [UInt8]) -> String {
        unsafe bytes.withUnsafeBytes { unsafe Digest.withHash(of: $0, with: ccrypto_md5(), length: 16, Hex.encode) }
    }

    /// The hash of the text's UTF-8 as 32 lower-case hexadecimal digits.
    public static func hexHash(_ text: String) -> String {
        Hex.encode(hash(text))
    }

    /// Whether the digits are the hexadecimal hash, in lower case, of the text's UTF-8.
    public static func matches(_ digits: String, _ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            unsafe Digest.withHash(of: UnsafeRawBufferPointer(bytes), with: ccrypto_md5(), length: 16) { hash in
                unsafe Hex.matches(digits, hash)
            }
        }
    }
}
