extension SigV4Signer {
    /// How a service wants its requests to be made canonical.
    public struct Dialect: Sendable, Hashable {
        /// Whether the path loses dot segments and empty segments.
        public var normalizesPath: Bool
        /// Whether the path is encoded once more than it is sent.
        public var encodesPathAgain: Bool
        /// Whether the body's hash goes along as `X-Amz-Content-Sha256`.
        public var statesBodyHash: Bool

        /// Every service but S3.
        public static let standard = Dialect()

        /// S3, whose keys may hold dots and slashes at will: the path is signed as it is sent.
        public static let s3 = Dialect(normalizesPath: false, encodesPathAgain: false, statesBodyHash: true)

        /// Creates a dialect; what is left out is as in ``standard``.
        public init(
            normalizesPath: Bool = true,
            encodesPathAgain: Bool = true,
            statesBodyHash: Bool = false
        ) {
            self.normalizesPath = normalizesPath
            self.encodesPathAgain = encodesPathAgain
            self.statesBodyHash = statesBodyHash
        }
    }
}
