import CJobsysCurl

/// An option that curl refused, which only a library without a needed feature or without memory does.
struct CurlOptionFailure: Error {
    let code: CURLcode
}

extension CurlEasy {
    /// Sets what is the same for all transfers.
    func setUp() throws(CurlOptionFailure) {
        try setUpCallbacks()
        try setUpSocketCallbacks()
        try setUpAddressCheck()
        try setUpProtocol()
        try setUpConnections()
        try setUpTLS()
        if !configuration.userAgent.isEmpty { try set(CURLOPT_USERAGENT, configuration.userAgent) }
    }

    /// Sets what belongs to one request.
    func set(_ request: WireRequest) throws(CurlOptionFailure) {
        if request.destination != destination { try setDestination(of: request) }
        unsafe try set(CURLOPT_HTTPHEADER, pointer: request.headers)
        try set(CURLOPT_CONNECTTIMEOUT_MS, request.timeouts.connect.curlMilliseconds)
        try set(CURLOPT_TIMEOUT_MS, request.timeouts.request?.curlMilliseconds ?? 0)
        if request.destination.hasBody {
            unsafe try set(CURLOPT_POSTFIELDS, pointer: request.body)
            let count = curl_off_t(request.bodyCount)
            unsafe try check(ccurl_easy_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, count))
        }
        if request.proxy != proxy { try set(request.proxy) }
    }

    private func setUpCallbacks() throws(CurlOptionFailure) {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe try set(CURLOPT_PRIVATE, pointer: context)
        unsafe try set(CURLOPT_ERRORBUFFER, pointer: errorText)
        unsafe try set(CURLOPT_HEADERDATA, pointer: context)
        unsafe try set(CURLOPT_WRITEDATA, pointer: context)
        unsafe try set(CURLOPT_PREREQDATA, pointer: context)
        unsafe try check(ccurl_easy_set_data_callback(handle, CURLOPT_HEADERFUNCTION, receiveHeaderLine))
        unsafe try check(ccurl_easy_set_data_callback(handle, CURLOPT_WRITEFUNCTION, receiveBodyChunk))
        unsafe try check(ccurl_easy_set_begin_callback(handle, requestBegins))
    }

    private func setUpSocketCallbacks() throws(CurlOptionFailure) {
        let context = unsafe Unmanaged.passUnretained(watches).toOpaque()
        unsafe try set(CURLOPT_SOCKOPTDATA, pointer: context)
        unsafe try set(CURLOPT_CLOSESOCKETDATA, pointer: context)
        unsafe try check(ccurl_easy_set_opened_callback(handle, socketOpened))
        unsafe try check(ccurl_easy_set_close_callback(handle, closeSocket))
    }

    /// Has a look at each address before there is a connection, which is the address that is used: a name may have
    /// another one each time that it is looked up.
    private func setUpAddressCheck() throws(CurlOptionFailure) {
        guard !configuration.refusedAddresses.isEmpty else { return }
        unsafe try set(CURLOPT_OPENSOCKETDATA, pointer: Unmanaged.passUnretained(self).toOpaque())
        unsafe try check(ccurl_easy_set_open_callback(handle, socketWanted))
    }

    private func setUpProtocol() throws(CurlOptionFailure) {
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_NOSIGNAL, 1)
        // An empty value, unlike none, keeps curl from reading the environment's.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NOPROXY, "")
        // What the proxy answers to CONNECT is no part of the response, and what we send is not for the proxy.
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        try set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
    }

    private func setUpConnections() throws(CurlOptionFailure) {
        try set(CURLOPT_TCP_NODELAY, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_MAXAGE_CONN, Int(max(1, configuration.idleConnectionLifetime.components.seconds)))
        try set(CURLOPT_DNS_CACHE_TIMEOUT, Int(max(0, configuration.addressLifetime.components.seconds)))
        // Otherwise the end of a transfer waits on the owner thread for a resolver that may hang.
        try set(CURLOPT_QUICK_EXIT, 1)
    }

    private func setUpTLS() throws(CurlOptionFailure) {
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        try set(CURLOPT_PROXY_SSL_VERIFYPEER, 1)
        try set(CURLOPT_PROXY_SSL_VERIFYHOST, 2)
        try set(CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        guard let path = configuration.caBundlePath else { return }
        try set(CURLOPT_CAINFO, path)
        try set(CURLOPT_PROXY_CAINFO, path)
        // Else curl would trust the system's directory of authorities, too.
        try set(CURLOPT_CAPATH, nil)
        try set(CURLOPT_PROXY_CAPATH, nil)
    }

    /// Sets what curl copies, and what most requests have in common with the one before.
    private func setDestination(of request: WireRequest) throws(CurlOptionFailure) {
        // Unknown until all of it is set.
        destination = nil
        unsafe try set(CURLOPT_URL, text: request.url)
        unsafe try set(CURLOPT_REQUEST_TARGET, text: request.target)
        if request.isHead {
            try set(CURLOPT_CUSTOMREQUEST, nil)
            try set(CURLOPT_NOBODY, 1)
        } else if request.destination.hasBody {
            unsafe try set(CURLOPT_CUSTOMREQUEST, text: request.method)
            try set(CURLOPT_POST, 1)
        } else {
            unsafe try set(CURLOPT_CUSTOMREQUEST, text: request.method)
            try set(CURLOPT_HTTPGET, 1)
        }
        destination = request.destination
    }

    /// User and password go apart from the URL, because curl's messages may contain that.
    private func set(_ proxy: Proxy?) throws(CurlOptionFailure) {
        // Unknown until all of it is set.
        self.proxy = nil
        try set(CURLOPT_PROXY, proxy?.url ?? "")
        try set(CURLOPT_PROXYUSERNAME, proxy?.user)
        try set(CURLOPT_PROXYPASSWORD, proxy?.password)
        self.proxy = proxy
    }

    private func set(_ option: CURLoption, _ value: Int) throws(CurlOptionFailure) {
        unsafe try check(ccurl_easy_set_long(handle, option, value))
    }

    private func set(_ option: CURLoption, _ value: String?) throws(CurlOptionFailure) {
        unsafe try set(option, text: value)
    }

    private func set(_ option: CURLoption, text: UnsafePointer<CChar>?) throws(CurlOptionFailure) {
        unsafe try check(ccurl_easy_set_string(handle, option, text))
    }

    private func set(_ option: CURLoption, pointer: UnsafeRawPointer) throws(CurlOptionFailure) {
        unsafe try check(ccurl_easy_set_pointer(handle, option, pointer))
    }

    private func check(_ code: CURLcode) throws(CurlOptionFailure) {
        guard code == CURLE_OK else { throw CurlOptionFailure(code: code) }
    }
}
