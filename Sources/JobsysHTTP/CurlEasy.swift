import CJobsysCurl

/// One curl easy handle, used for one transfer after the other; belongs to the owner thread.
@safe final class CurlEasy {
    let handle: UnsafeMutableRawPointer
    let configuration: CurlTransport.Configuration
    let errorText: UnsafeMutablePointer<CChar>
    /// Told of the sockets of the handle's connections, which may outlive it.
    let watches: SocketWatches
    /// The proxy that is set in the handle.
    var proxy: Proxy?
    /// Where the handle's requests go, and what they are there.
    var destination: RequestDestination?
    var collector: ResponseCollector
    private var current: (id: TransferID, transfer: Transfer)?
    /// How often curl has begun to send the request: again if a reused connection turned out dead.
    private var requestsBegun = 0
    private var isSecondSendRefused = false
    /// The last address that no connection was made to.
    private var refusedAddress: IPAddress?

    init(_ configuration: CurlTransport.Configuration, watches: SocketWatches) throws(TransportError) {
        guard let handle = unsafe curl_easy_init() else { throw .unavailable("curl_easy_init failed") }
        unsafe self.handle = handle
        self.configuration = configuration
        self.watches = watches
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        collector = ResponseCollector()
        do throws(CurlOptionFailure) {
            try setUp()
        } catch {
            throw TransportError(curl: error.code, authority: "curl's set-up", detail: "", sent: false)
        }
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        unsafe errorText.deallocate()
    }

    /// Loads a transfer; the handle may then be added to a multi handle.
    func prepare(_ transfer: Transfer, id: TransferID) throws(CurlOptionFailure) {
        current = (id, transfer)
        collector = transfer.collector
        requestsBegun = 0
        isSecondSendRefused = false
        refusedAddress = nil
        unsafe errorText.pointee = 0
        try set(transfer.request)
    }

    /// Called when the connection stands and the request is about to be sent; `false` ends the transfer.
    ///
    /// curl sends a request once more, up to five times, if a reused connection ends without a byte of an answer. But
    /// the server may have acted upon it: so only what RFC 9110 (section 9.2.2) allows goes out again.
    func beginRequest() -> Bool {
        requestsBegun += 1
        guard requestsBegun > 1, let request = current?.transfer.request, !request.isIdempotent else { return true }
        var sentBytes = 0
        unsafe ccurl_easy_get_long(handle, CURLINFO_REQUEST_SIZE, &sentBytes)
        isSecondSendRefused = sentBytes > 0
        return !isSecondSendRefused
    }

    /// Makes the socket of a connection, unless the address is refused: then curl tries the host's next one.
    func openSocket(to address: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
        if let target = unsafe IPAddress(address), configuration.refusedAddresses.contains(target) {
            refusedAddress = target
            return CURL_SOCKET_BAD
        }
        return unsafe ccurl_open_socket(address)
    }

    /// The transfer's outcome after curl has ended it with `code`.
    func outcome(_ code: CURLcode) -> Transfer.Outcome {
        if code == CURLE_OK, collector.isWhole { return .success(collector) }
        let authority = authority
        switch collector.failure {
        case .bodyTooLarge:
            let message = "\(authority): the response's body exceeds \(configuration.maxResponseBytes) bytes"
            return failure(.responseTooLarge, message)
        case .headTooLarge:
            let message = "\(authority): the response's head exceeds \(ResponseCollector.maxHeadBytes) bytes"
            return failure(.malformedResponse, message)
        case .malformedStatusLine:
            return failure(.malformedResponse, "\(authority): the response's status line is malformed")
        case nil where isSecondSendRefused:
            return failure(.connectionLost, "\(authority): the connection closed without an answer")
        case nil where code == CURLE_OK:
            return failure(.connectionLost, "\(authority): the connection closed within the response's head")
        case nil where refusedAddress != nil && code == CURLE_COULDNT_CONNECT:
            return .failure(.refused(authority, refusedAddress.map { "\($0)" } ?? ""))
        case nil:
            let detail = unsafe String(cString: errorText)
            return .failure(TransportError(curl: code, authority: authority, detail: detail, sent: mayHaveSent))
        }
    }

    /// The error of a transfer that this process ends.
    func localFailure(_ code: TransportError.Code) -> Transfer.Outcome {
        .failure(.local(code, authority: authority, sent: mayHaveSent))
    }

    /// Lets go of the transfer and of the response's memory, and says who waits.
    func release() -> (id: TransferID, waiter: TransferWaiter)? {
        defer {
            current = nil
            collector = ResponseCollector()
        }
        return current.map { ($0.id, $0.transfer.waiter) }
    }

    private func failure(_ code: TransportError.Code, _ message: String) -> Transfer.Outcome {
        .failure(TransportError(code: code, message: message, requestMayHaveBeenReceived: mayHaveSent))
    }

    private var authority: String { current?.transfer.request.authority ?? "" }

    /// Whether a byte of the request may have left.
    private var mayHaveSent: Bool { requestsBegun > 0 }
}
