internal import HTTPTypes

extension HTTPField.Name {
    static let amzDate = known("X-Amz-Date")
    static let amzSecurityToken = known("X-Amz-Security-Token")
    static let amzContentSHA256 = known("X-Amz-Content-Sha256")

    private static func known(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is not a header field's name") }
        return name
    }
}
