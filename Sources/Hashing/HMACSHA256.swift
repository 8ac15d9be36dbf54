internal import CCrypto

/// HMAC with SHA-256 (RFC 2104, RFC 4231).
public enum HMACSHA256 {
    /// The 32 bytes of the message's code under the key, which may be of any length.
    public static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 32) { output, count in
            // A null key would mean "the key of the call before", so an empty key is passed as one zero byte,
            // to which HMAC pads it anyway.
            let key = key.isEmpty ? [0] : key
            let code = unsafe HMAC(
                ccrypto_sha256(),
                key,
                CInt(key.count),
                message,
                message.count,
                output.baseAddress,
                nil
            )
            precondition(unsafe code != nil, "libcrypto could not compute an HMAC")
            count = 32
        }
    }

    /// The 32 bytes of the code of the message's UTF-8 under the key.
    public static func authenticate(_ message: String, key: [UInt8]) -> [UInt8] {
        authenticate(Array(message.utf8), key: key)
    }
}
