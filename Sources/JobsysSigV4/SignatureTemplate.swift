public import FoundationEssentials
public import HTTPTypes
internal import JobsysHashing

/// What the signatures of many requests have in common: those of one day and one key whose heads differ in their dates and
/// in one other field, whose text is always of the same length.
///
/// The general signer signs the first one. From then on its canonical form is at hand, and a signature takes two hashes and
/// a code over bytes of which a few have been written over. Whatever the signer does to a request is in it.
public struct SignatureTemplate: Sendable {
    /// The first request with all that the signer has added.
    public let signed: HTTPRequest

    private let signer: SigV4Signer
    private let secret: String
    private let day: String
    private let canonical: Gapped
    private let stringToSign: Gapped

    /// Signs a request, and makes its template; nil if there can be none.
    ///
    /// - Parameters:
    ///   - request: The first of the requests.
    ///   - varying: The field that differs, of which there is one; its text has no white space.
    ///   - signer: The signer; one that states hashes of bodies has no templates.
    ///   - credentials: Whose signatures they are.
    ///   - date: The first request's date, which also says which day the template is for.
    public init?(
        of request: HTTPRequest,
        varying: HTTPField.Name,
        signer: SigV4Signer,
        credentials: AWSCredentials,
        at date: Date
    ) {
        guard !signer.dialect.statesBodyHash, request.headerFields[.amzContentSHA256] == nil,
            let text = request.headerFields[varying]
        else { return nil }
        let signed = signer.sign(request, body: [], credentials: credentials, at: date)
        let (time, key) = signer.keys.key(secret: credentials.secretAccessKey, at: date)
        let hash = SHA256.hexHash([])
        let form = signer.canonicalRequest(of: signed, bodyHash: hash)
        let toSign = form.stringToSign(at: time, scope: key.scope)
        guard
            let canonical = Gapped(
                form.bytes,
                after: ["\nx-amz-date:", "\n\(varying.canonicalName):", "\n\(form.signedHeaders)\n"],
                of: [time.instant, text, hash]
            ),
            let stringToSign = Gapped(
                toSign,
                after: ["\n", "\n\(key.scope)\n"],
                of: [time.instant, SHA256.hexHash(form.bytes)]
            )
        else { return nil }
        self.signed = signed
        self.signer = signer
        secret = credentials.secretAccessKey
        day = time.day
        self.canonical = canonical
        self.stringToSign = stringToSign
    }

    /// Signs the body and head of another request.
    ///
    /// - Parameters:
    ///   - body: What is sent.
    ///   - text: The text of the field that differs.
    ///   - date: The request's date.
    ///   - use: Is handed the value of `X-Amz-Date` and the 64 digits with which the value of `Authorization` ends.
    /// - Returns: What `use` returns; nil if the date is of another day or the text of another length.
    public func sign<Result>(
        _ body: [UInt8],
        _ text: String,
        at date: Date,
        _ use: (_ date: String, _ signature: UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result? {
        let (time, key) = signer.keys.key(secret: secret, at: date)
        guard time.day == day, text.utf8.count == canonical.gaps[1].count else { return nil }
        return unsafe canonical.withCopy { form in
            unsafe form.write(time.instant, at: canonical.gaps[0])
            unsafe form.write(text, at: canonical.gaps[1])
            unsafe body.withUnsafeBytes { body in
                unsafe SHA256.withHexHash(of: body) { unsafe form.write($0, at: canonical.gaps[2]) }
            }
            return unsafe SHA256.withHexHash(of: UnsafeRawBufferPointer(form)) { hash in
                unsafe stringToSign.withCopy { toSign in
                    unsafe toSign.write(time.instant, at: stringToSign.gaps[0])
                    unsafe toSign.write(hash, at: stringToSign.gaps[1])
                    return unsafe key.withSignature(of: UnsafeRawBufferPointer(toSign)) { unsafe use(time.instant, $0) }
                }
            }
        }
    }
}

/// Bytes with gaps, each for a text of a fixed length.
private struct Gapped: Sendable {
    let bytes: [UInt8]
    let gaps: [Range<Int>]

    /// Makes a gap of each of the texts, which are found by what stands before them.
    init?(_ bytes: [UInt8], after leads: [String], of texts: [String]) {
        var gaps: [Range<Int>] = []
        for (lead, text) in zip(leads, texts) {
            guard let found = bytes.firstRange(of: Array("\(lead)\(text)".utf8)) else { return nil }
            gaps.append((found.lowerBound + lead.utf8.count)..<found.upperBound)
        }
        self.bytes = bytes
        self.gaps = gaps
    }

    /// Hands out a copy, which is there while `body` runs.
    func withCopy<Result>(_ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result {
        unsafe withUnsafeTemporaryAllocation(byteCount: bytes.count, alignment: 1) { copy in
            unsafe copy.copyBytes(from: bytes)
            return unsafe body(copy)
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func write(_ text: String, at gap: Range<Int>) {
        var text = text
        text.withUTF8 { unsafe write($0, at: gap) }
    }

    fileprivate func write(_ bytes: UnsafeBufferPointer<UInt8>, at gap: Range<Int>) {
        precondition(bytes.count == gap.count && gap.upperBound <= count, "a text is as long as its gap")
        unsafe UnsafeMutableRawBufferPointer(rebasing: self[gap]).copyMemory(from: UnsafeRawBufferPointer(bytes))
    }
}
