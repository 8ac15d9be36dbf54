internal import CJobsysCrypto

/// SHA-1 (FIPS 180-4), for names that others have chosen by it; it is no longer secure.
public enum SHA1 {
    /// The hash of the text's UTF-8 as 40 lower-case hexadecimal digits.
    public static func hexHash(_ text: String) -> String {
        var text = text
        let hash = text.withUTF8 {
            unsafe Digest.hash(UnsafeRawBufferPointer($0), with: ccrypto_sha1(), length: 20)
        }
        return Hex.encode(hash)
    }
}
