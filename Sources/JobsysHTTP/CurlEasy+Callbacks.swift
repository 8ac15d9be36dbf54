import CJobsysCurl

// What curl calls on the owner thread, with the handle's `CurlEasy` or the multi handle's `SocketWatches` as its context.

/// A line of the response's head, or of its trailers.
func receiveHeaderLine(
    _ data: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    unsafe receive(data, count, context) { unsafe $0.collector.receive(headerLine: $1) }
}

/// A piece of the response's body.
func receiveBodyChunk(
    _ data: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    unsafe receive(data, count, context) { unsafe $0.collector.receive(bodyChunk: $1) }
}

/// The moment before a request is sent, for the first time or once more.
func requestBegins(
    _ context: UnsafeMutableRawPointer?,
    _ remoteAddress: UnsafeMutablePointer<CChar>?,
    _ localAddress: UnsafeMutablePointer<CChar>?,
    _ remotePort: Int32,
    _ localPort: Int32
) -> Int32 {
    guard let context = unsafe context else { return CURL_PREREQFUNC_ABORT }
    let easy = unsafe Unmanaged<CurlEasy>.fromOpaque(context).takeUnretainedValue()
    return easy.beginRequest() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

/// The moment before a socket is made for a connection to an address.
func socketWanted(
    _ context: UnsafeMutableRawPointer?,
    _ purpose: curlsocktype,
    _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context = unsafe context, let address = unsafe address else { return CURL_SOCKET_BAD }
    return unsafe Unmanaged<CurlEasy>.fromOpaque(context).takeUnretainedValue().openSocket(to: address)
}

/// A connection's socket that has just been made.
func socketOpened(_ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ purpose: curlsocktype) -> Int32 {
    guard let context = unsafe context else { return CURL_SOCKOPT_ERROR }
    unsafe Unmanaged<SocketWatches>.fromOpaque(context).takeUnretainedValue().opened(socket)
    return CURL_SOCKOPT_OK
}

/// A connection's socket that is to be closed.
func closeSocket(_ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> Int32 {
    guard let context = unsafe context else { return 1 }
    return unsafe Unmanaged<SocketWatches>.fromOpaque(context).takeUnretainedValue().closeSocket(socket) ? 0 : 1
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
