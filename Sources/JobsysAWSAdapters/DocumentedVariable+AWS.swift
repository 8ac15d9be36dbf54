public import JobsysServiceRuntime

extension DocumentedVariable {
    /// The variables that the AWS client reads, by the names that every AWS SDK gives them.
    ///
    /// Source: AWS SDKs and Tools Reference Guide, "Environment variables".
    public static let aws = [
        DocumentedVariable(
            "AWS_REGION",
            summary: "Where the table and the queues are",
            expected: "a region such as eu-central-1",
            whenUnset: .required
        ),
        DocumentedVariable(
            "AWS_ENDPOINT_URL",
            summary: "Where AWS answers, if elsewhere, such as an emulator",
            expected: "an http or https URL"
        ),
        DocumentedVariable(
            "AWS_ENDPOINT_URL_<SERVICE>",
            summary: "The same for one service, such as SQS or DYNAMODB",
            expected: "an http or https URL"
        ),
        DocumentedVariable(
            "AWS_ACCESS_KEY_ID",
            summary: "Credentials, unless a container or an instance role provides them",
            expected: "an access key id"
        ),
        DocumentedVariable(
            "AWS_SECRET_ACCESS_KEY",
            summary: "The secret that belongs to the access key id",
            expected: "a secret access key"
        ),
        DocumentedVariable(
            "AWS_SESSION_TOKEN",
            summary: "The token that belongs to temporary credentials",
            expected: "a session token"
        ),
        DocumentedVariable(
            "AWS_MAX_ATTEMPTS",
            summary: "How often a request is sent before it is given up",
            expected: "a whole number of at least 1"
        ),
    ]
}
