import FoundationEssentials
import HTTPTypes
import JobsysHTTP
import JobsysSigV4

/// The signed head of an operation's first attempts, which differ in date, invocation id and signature alone.
///
/// It is made of the first of them, which is put together and signed in the general way, and serves until the day, the
/// credentials or the endpoint's route change.
final class HeadTemplate: Sendable {
    private let credentials: AWSCredentials
    private let head: RequestHead
    private let signature: SignatureTemplate
    private let dateStart: Int
    private let idStart: Int
    private let signatureStart: Int

    /// Makes the template of a request that is not signed; nil if there can be none.
    init?(_ request: HTTPRequest, signer: SigV4Signer, credentials: AWSCredentials, at date: Date)
        throws(TransportError)
    {
        let signature = SignatureTemplate(
            of: request,
            varying: .awsInvocationID,
            signer: signer,
            credentials: credentials,
            at: date
        )
        guard let signature else { return nil }
        head = try RequestHead(signature.signed)
        guard let date = head.place(of: .awsDate), let id = head.place(of: .awsInvocationID),
            let authorization = head.place(of: .authorization)
        else { return nil }
        self.signature = signature
        self.credentials = credentials
        dateStart = date.lowerBound
        idStart = id.lowerBound
        signatureStart = authorization.upperBound - Self.signatureLength
    }

    private static let signatureLength = 64

    /// The head of a request; nil if the template is not for it.
    func head(for body: [UInt8], invocationID: String, credentials: AWSCredentials, at date: Date) -> RequestHead? {
        guard credentials == self.credentials else { return nil }
        return unsafe signature.sign(body, invocationID, at: date) { date, signature in
            var head = self.head
            head.write(date, at: dateStart)
            head.write(invocationID, at: idStart)
            unsafe head.write(signature, at: signatureStart)
            return head
        }
    }
}
