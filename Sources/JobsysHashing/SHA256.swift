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

    /// The hash as 64 lower-case hexadecimal digits.
    public static func hexHash(_ bytes: [UInt8]) -> String {
        unsafe bytes.withUnsafeBytes { unsafe Digest.withHash(of: $0, with: ccrypto_sha256(), length: 32, Hex.encode) }
    }

    /// The hash of the text's UTF-8 as 64 lower-case hexadecimal digits.
    public static func hexHash(_ text: String) -> String {
        Hex.encode(hash(text))
    }
}
