import CCurl

/// One curl easy handle, used for one transfer after the other; belongs to the owner thread.
@safe final class CurlEasy {
    let handle: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private let maxResponseBytes: Int
    fileprivate var collector: ResponseCollector
    private(set) var transfer: Transfer?
    private(set) var id: TransferID?

    init(_ configuration: CurlTransport.Configuration) throws(TransportError) {
        guard let handle = unsafe curl_easy_init() else { throw .unavailable("curl_easy_init failed") }
        unsafe self.handle = handle
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        maxResponseBytes = configuration.maxResponseBytes
        collector = ResponseCollector(maxBodyBytes: maxResponseBytes)
        do throws(CurlOptionFailure) {
            try setUp(configuration)
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
        self.transfer = transfer
        self.id = id
        collector = ResponseCollector(maxBodyBytes: maxResponseBytes)
        unsafe errorText.pointee = 0
        let request = transfer.request
        unsafe try set(CURLOPT_URL, request.url)
        unsafe try set(CURLOPT_REQUEST_TARGET, request.target)
        unsafe try set(CURLOPT_HTTPHEADER, pointer: request.headers)
        try set(CURLOPT_CONNECTTIMEOUT_MS, request.timeouts.connect.curlMilliseconds)
        try set(CURLOPT_TIMEOUT_MS, request.timeouts.request?.curlMilliseconds ?? 0)
        try setMethod(request)
    }

    /// The transfer's outcome after curl has ended it with `code`.
    func outcome(_ code: CURLcode) -> Transfer.Outcome {
        if code == CURLE_OK, let response = collector.response() { return .success(response) }
        let authority = transfer?.request.authority ?? ""
        switch collector.failure {
        case .bodyTooLarge:
            let message = "\(authority): the response's body exceeds \(maxResponseBytes) bytes"
            return failure(.responseTooLarge, message)
        case .headTooLarge:
            let message = "\(authority): the response's head exceeds \(ResponseCollector.maxHeadBytes) bytes"
            return failure(.malformedResponse, message)
        case .malformedStatusLine:
            return failure(.malformedResponse, "\(authority): the response's status line is malformed")
        case nil where code == CURLE_OK:
            return failure(.connectionLost, "\(authority): the connection closed within the response's head")
        case nil:
            let detail = unsafe String(cString: errorText)
            return .failure(TransportError(curl: code, authority: authority, detail: detail, sent: mayHaveSent))
        }
    }

    /// The error of a transfer that this process ends.
    func localFailure(_ code: TransportError.Code) -> Transfer.Outcome {
        .failure(.local(code, authority: transfer?.request.authority ?? "", sent: mayHaveSent))
    }

    /// Lets go of the transfer and of the response's memory, and hands the transfer back.
    func release() -> (id: TransferID, transfer: Transfer)? {
        defer {
            transfer = nil
            id = nil
            collector = ResponseCollector(maxBodyBytes: maxResponseBytes)
        }
        guard let id, let transfer else { return nil }
        return (id, transfer)
    }

    private func failure(_ code: TransportError.Code, _ message: String) -> Transfer.Outcome {
        .failure(TransportError(code: code, message: message, requestMayHaveBeenReceived: mayHaveSent))
    }

    /// Whether a byte of the request may have left: on this connection, or on a reused one that turned out dead and
    /// made curl start anew.
    private var mayHaveSent: Bool {
        var sentBytes = 0
        var microsecondsToSending: curl_off_t = 0
        unsafe ccurl_easy_get_long(handle, CURLINFO_REQUEST_SIZE, &sentBytes)
        unsafe ccurl_easy_get_offset(handle, CURLINFO_PRETRANSFER_TIME_T, &microsecondsToSending)
        return sentBytes > 0 || microsecondsToSending > 0
    }
}

/// An option that curl refused, which only a library without a needed feature or without memory does.
struct CurlOptionFailure: Error {
    let code: CURLcode
}

extension CurlEasy {
    private func setUp(_ configuration: CurlTransport.Configuration) throws(CurlOptionFailure) {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe try set(CURLOPT_PRIVATE, pointer: context)
        unsafe try set(CURLOPT_ERRORBUFFER, pointer: errorText)
        unsafe try set(CURLOPT_HEADERDATA, pointer: context)
        unsafe try set(CURLOPT_WRITEDATA, pointer: context)
        unsafe try check(ccurl_easy_set_data_callback(handle, CURLOPT_HEADERFUNCTION, receiveHeaderLine))
        unsafe try check(ccurl_easy_set_data_callback(handle, CURLOPT_WRITEFUNCTION, receiveBodyChunk))
        try setUpConnections(configuration)
        try setUpTLS(configuration)
        if !configuration.userAgent.isEmpty { unsafe try set(CURLOPT_USERAGENT, configuration.userAgent) }
    }

    private func setUpConnections(_ configuration: CurlTransport.Configuration) throws(CurlOptionFailure) {
        unsafe try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        // An empty name, unlike none, also turns off the environment's proxies.
        unsafe try set(CURLOPT_PROXY, "")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_TCP_NODELAY, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_MAXAGE_CONN, Int(max(1, configuration.idleConnectionLifetime.components.seconds)))
        // Otherwise the end of a transfer waits on the owner thread for a resolver that may hang.
        try set(CURLOPT_QUICK_EXIT, 1)
    }

    private func setUpTLS(_ configuration: CurlTransport.Configuration) throws(CurlOptionFailure) {
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let path = configuration.caBundlePath { unsafe try set(CURLOPT_CAINFO, path) }
    }

    private func setMethod(_ request: WireRequest) throws(CurlOptionFailure) {
        if request.isHead {
            unsafe try set(CURLOPT_CUSTOMREQUEST, nil)
            try set(CURLOPT_NOBODY, 1)
        } else if request.hasBody {
            unsafe try set(CURLOPT_CUSTOMREQUEST, request.method)
            try set(CURLOPT_POST, 1)
            unsafe try set(CURLOPT_POSTFIELDS, pointer: request.body)
            let count = curl_off_t(request.bodyCount)
            unsafe try check(ccurl_easy_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, count))
        } else {
            unsafe try set(CURLOPT_CUSTOMREQUEST, request.method)
            try set(CURLOPT_HTTPGET, 1)
        }
    }

    private func set(_ option: CURLoption, _ value: Int) throws(CurlOptionFailure) {
        unsafe try check(ccurl_easy_set_long(handle, option, value))
    }

    private func set(_ option: CURLoption, _ value: UnsafePointer<CChar>?) throws(CurlOptionFailure) {
        unsafe try check(ccurl_easy_set_string(handle, option, value))
    }

    private func set(_ option: CURLoption, pointer: UnsafeRawPointer) throws(CurlOptionFailure) {
        unsafe try check(ccurl_easy_set_pointer(handle, option, pointer))
    }

    private func check(_ code: CURLcode) throws(CurlOptionFailure) {
        guard code == CURLE_OK else { throw CurlOptionFailure(code: code) }
    }
}

private func receiveHeaderLine(
    _ data: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    unsafe receive(data, count, context) { unsafe $0.collector.receive(headerLine: $1) }
}

private func receiveBodyChunk(
    _ data: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    unsafe receive(data, count, context) { unsafe $0.collector.receive(bodyChunk: $1) }
}

/// curl goes on if as many bytes are taken as it gave (its `size` is always 1), and ends the transfer otherwise.
private func receive(
    _ data: UnsafeMutablePointer<CChar>?,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?,
    into collect: (CurlEasy, UnsafeBufferPointer<UInt8>) -> Bool
) -> Int {
    guard let data = unsafe data, let context = unsafe context else { return 0 }
    let easy = unsafe Unmanaged<CurlEasy>.fromOpaque(context).takeUnretainedValue()
    let bytes = unsafe UnsafeRawBufferPointer(start: data, count: count)
    return unsafe bytes.withMemoryRebound(to: UInt8.self) { unsafe collect(easy, $0) } ? count : 0
}
