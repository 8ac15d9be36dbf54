import CurlHTTP
import HTTPTypes
import Hashing

extension TransportResponse {
    /// Compares the body's bytes, as they came over the wire, with the checksum that DynamoDB sends along.
    ///
    /// The field may be missing: other services and emulators send none.
    func checkCRC32() throws(AWSAnswerError) {
        guard let expected = head.headerFields[.awsCRC32] else { return }
        let found = String(CRC32.checksum(body))
        guard found == expected else { throw .checksum("the body's CRC-32", found: found, expected: expected) }
    }
}
