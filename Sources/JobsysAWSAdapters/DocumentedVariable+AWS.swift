public import JobsysServiceRuntime

extension DocumentedVariable {
    /// All variables that the AWS client reads, those first that are set most, by the names that every AWS SDK gives them.
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
        DocumentedVariable(
            "AWS_DEFAULT_REGION",
            summary: "The same as AWS_REGION, if that is unset",
            expected: "a region such as eu-central-1"
        ),
        DocumentedVariable(
            "AWS_PROFILE",
            summary: "The profile of the shared files",
            expected: "a profile's name"
        ),
        DocumentedVariable(
            "AWS_CONFIG_FILE",
            summary: "The shared configuration file, if it is not ~/.aws/config",
            expected: "a path"
        ),
        DocumentedVariable(
            "AWS_SHARED_CREDENTIALS_FILE",
            summary: "The shared credentials file, if it is not ~/.aws/credentials",
            expected: "a path"
        ),
        DocumentedVariable(
            "HOME",
            summary: "Where ~ is",
            expected: "a path"
        ),
        DocumentedVariable(
            "AWS_CREDENTIAL_EXPIRATION",
            summary: "When the keys expire",
            expected: "an RFC 3339 time"
        ),
        DocumentedVariable(
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            summary: "The token to take on a role with",
            expected: "a path"
        ),
        DocumentedVariable(
            "AWS_ROLE_ARN",
            summary: "The role that is taken on with that token",
            expected: "a role's ARN"
        ),
        DocumentedVariable(
            "AWS_ROLE_SESSION_NAME",
            summary: "What that session is called",
            expected: "2 to 64 letters, digits and =,.@-_"
        ),
        DocumentedVariable(
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            summary: "Set by ECS: where a task's credentials are",
            expected: "a path"
        ),
        DocumentedVariable(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            summary: "Set by EKS: where a pod's credentials are",
            expected: "an http or https URL"
        ),
        DocumentedVariable(
            "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            summary: "What to show there",
            expected: "a token"
        ),
        DocumentedVariable(
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
            summary: "The file of what to show there",
            expected: "a path"
        ),
        DocumentedVariable(
            "AWS_EC2_METADATA_DISABLED",
            summary: "Whether never to ask the EC2 instance",
            expected: "true or false"
        ),
        DocumentedVariable(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            summary: "Where the EC2 instance is asked, if elsewhere",
            expected: "an http or https URL"
        ),
        DocumentedVariable(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
            summary: "How the EC2 instance is reached",
            expected: "IPv4 or IPv6"
        ),
        DocumentedVariable(
            "AWS_METADATA_SERVICE_TIMEOUT",
            summary: "How long the EC2 instance has for an answer",
            expected: "a whole number of seconds"
        ),
        DocumentedVariable(
            "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
            summary: "How often the EC2 instance is asked",
            expected: "a whole number of at least 1"
        ),
        DocumentedVariable(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            summary: "Whether to use AWS's own endpoints all the same",
            expected: "true or false"
        ),
        DocumentedVariable(
            "AWS_USE_FIPS_ENDPOINT",
            summary: "Whether to use FIPS endpoints",
            expected: "true or false"
        ),
        DocumentedVariable(
            "AWS_USE_DUALSTACK_ENDPOINT",
            summary: "Whether to use endpoints with IPv6",
            expected: "true or false"
        ),
        DocumentedVariable(
            "AWS_RETRY_MODE",
            summary: "How failed requests are repeated",
            expected: "standard"
        ),
        DocumentedVariable(
            "AWS_DISABLE_CLOCK_SKEW_CORRECTION",
            summary: "Whether to sign with this machine's time, however wrong",
            expected: "true or false"
        ),
        DocumentedVariable(
            "AWS_CA_BUNDLE",
            summary: "Whom to trust in place of the system's authorities",
            expected: "a PEM file of certificates"
        ),
        DocumentedVariable(
            "HTTPS_PROXY",
            summary: "The proxy for https, also in small letters",
            expected: "a URL such as http://proxy.example:3128"
        ),
        DocumentedVariable(
            "HTTP_PROXY",
            summary: "The proxy for http, also in small letters",
            expected: "a URL such as http://proxy.example:3128"
        ),
        DocumentedVariable(
            "ALL_PROXY",
            summary: "The proxy where there is none for the scheme, also in small letters",
            expected: "a URL such as http://proxy.example:3128"
        ),
        DocumentedVariable(
            "NO_PROXY",
            summary: "What to reach without a proxy, also in small letters",
            expected: "names, addresses and networks with commas between"
        ),
    ]
}
