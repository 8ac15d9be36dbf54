import CJobsysCurl

extension TransportError {
    /// The transport itself could not be set up.
    static func unavailable(_ reason: String) -> TransportError {
        TransportError(code: .cannotConnect, message: reason, requestMayHaveBeenReceived: false)
    }

    init(curl code: CURLcode, authority: String, detail: String, sent: Bool) {
        let text = detail.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : detail
        var code = Code(curl: code)
        // Also what a proxy answers to CONNECT counts as a connection lost to curl.
        if code == .connectionLost, !sent { code = .cannotConnect }
        self.init(code: code, message: "\(authority): \(text)", requestMayHaveBeenReceived: sent)
    }
}

extension TransportError.Code {
    fileprivate init(curl code: CURLcode) {
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN:
            self = .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            self = .cannotResolve
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_FAILED_INIT, CURLE_NO_CONNECTION_AVAILABLE:
            self = .cannotConnect
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CRL_BADFILE, CURLE_SSL_INVALIDCERTSTATUS:
            self = .tlsFailed
        case CURLE_OPERATION_TIMEDOUT:
            self = .timedOut
        // The latter two are how curl says HTTP/0.9 and an endless header line.
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_OUT_OF_MEMORY:
            self = .malformedResponse
        default:
            self = .connectionLost
        }
    }
}
