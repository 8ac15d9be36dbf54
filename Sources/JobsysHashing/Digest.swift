internal import CJobsysCrypto

/// The one call into libcrypto that all hashes share.
enum Digest {
    /// Hashes the whole buffer into a new array of `length` bytes.
    static func hash(_ bytes: UnsafeRawBufferPointer, with algorithm: OpaquePointer?, length: Int) -> [UInt8] {
        unsafe withHash(of: bytes, with: algorithm, length: length) { unsafe Array($0) }
    }

    /// Hashes the whole buffer into `length` bytes that are there while `body` runs.
    static func withHash<Result>(
        of bytes: UnsafeRawBufferPointer,
        with algorithm: OpaquePointer?,
        length: Int,
        _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        guard let algorithm = unsafe algorithm else {
            preconditionFailure("libcrypto does not offer the digest; expected OpenSSL 3 with its default provider")
        }
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { output in
            let isDone = unsafe EVP_Digest(
                bytes.baseAddress,
                bytes.count,
                output.baseAddress,
                nil,
                algorithm,
                nil
            )
            precondition(isDone == 1, "libcrypto could not compute a digest")
            return unsafe body(UnsafeBufferPointer(output))
        }
    }
}

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
