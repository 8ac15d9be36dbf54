internal import JobsysHashing

extension SigV4Signer {
    /// What a signature says of a request's body.
    public enum Body: Sendable, Hashable {
        /// The body that is sent, whose SHA-256 is signed.
        case signed([UInt8])
        /// `UNSIGNED-PAYLOAD`: whoever changes the body on the way goes unnoticed, so only over TLS.
        ///
        /// S3 takes it, and the few operations of other services that say so.
        case unsigned

        /// What stands in the canonical request for the body.
        var hash: String {
            switch self {
            case .signed(let bytes): SHA256.hexHash(bytes)
            case .unsigned: "UNSIGNED-PAYLOAD"
            }
        }
    }
}
