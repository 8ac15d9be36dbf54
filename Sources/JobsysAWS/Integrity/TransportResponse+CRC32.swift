import HTTPTypes
import JobsysHTTP
import JobsysHashing

extension TransportResponse {
    /// Compares the body's bytes, as they came over the wire, with the checksum that DynamoDB sends along.
    ///
    /// The field may be missing: other services and emulators send none.
    func checkCRC32() throws(AWSAnswerError) {
        guard let expected = self[.awsCRC32] else { return }
        let found = CRC32.checksum(body)
        guard UInt32(expected) == found else {
            throw .checksum("the body's CRC-32", found: String(found), expected: String(expected.prefix(32)))
        }
    }
}
