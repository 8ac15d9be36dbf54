internal import CCrypto

/// The one call into libcrypto that SHA-256 and MD5 share.
enum Digest {
    /// Hashes the whole buffer into a new array of `length` bytes.
    static func hash(_ bytes: UnsafeRawBufferPointer, with algorithm: OpaquePointer?, length: Int) -> [UInt8] {
        guard let algorithm = unsafe algorithm else {
            preconditionFailure("libcrypto does not offer the digest; expected OpenSSL 3 with its default provider")
        }
        return unsafe [UInt8](unsafeUninitializedCapacity: length) { output, count in
            let isDone = unsafe EVP_Digest(
                bytes.baseAddress,
                bytes.count,
                output.baseAddress,
                nil,
                algorithm,
                nil
            )
            precondition(isDone == 1, "libcrypto could not compute a digest")
            count = length
        }
    }
}
