import CJobsysCurl
import Glibc
public import HTTPTypes

/// An HTTP/1.1 client over libcurl: one thread of its own, kept-alive connections, any number of requests at a time.
///
/// Header fields go out as given, with `Host` from the authority and nothing added but `User-Agent` (see
/// ``Configuration``), `Content-Length` and, unless the caller has one, `Accept-Encoding: identity`. Certificates are
/// always verified, TLS is 1.2 or later; the environment is not looked at.
///
/// If the server closes a kept-alive connection without a byte of an answer, the request is sent once more on another
/// one only if its method is idempotent, or if nothing of it was sent; a POST fails with `connectionLost`.
///
/// Call ``shutdown()`` when done; a transport that is merely dropped also ends its thread, a little later.
public final class CurlTransport: HTTPTransport {
    /// One of libcurl's few calls that must not run twice at a time.
    private static let libraryStatus = ccurl_global_init()

    private let inbox: TransferInbox
    private let maxResponseBytes: Int
    private let proxies: ProxySettings
    private let refusedAddresses: AddressRanges
    private let thread: OwnerThread
    private let ownerExecutor: OwnerExecutor

    /// Starts the transport's thread.
    ///
    /// - Parameter configuration: How to connect and what to accept.
    /// - Throws: ``TransportError`` if the CA bundle cannot be read or the system denies a thread or descriptor.
    public init(configuration: Configuration = .init()) throws(TransportError) {
        guard Self.libraryStatus == CURLE_OK else { throw .unavailable("curl_global_init failed") }
        if let path = configuration.caBundlePath, unsafe access(path, R_OK) != 0 {
            let message = "the CA bundle \(path) cannot be read (errno \(errno))"
            throw TransportError(code: .tlsFailed, message: message, requestMayHaveBeenReceived: false)
        }
        inbox = try TransferInbox()
        maxResponseBytes = configuration.maxResponseBytes
        proxies = configuration.proxies
        refusedAddresses = configuration.refusedAddresses
        ownerExecutor = OwnerExecutor(inbox)
        let loop = try TransferLoop(configuration, inbox: inbox, executor: ownerExecutor)
        thread = try OwnerThread(loop, inbox: inbox)
    }

    deinit {
        inbox.stop()
        thread.detach()
    }

    /// Runs tasks on the transport's own thread, which spares a request two changes of threads.
    ///
    /// For tasks that mostly send requests and wait: `withTaskExecutorPreference(transport.executor) { ... }`, which
    /// child tasks inherit. All that runs there shares one core with the transport, and while a job runs no transfer
    /// goes on, nor is its timeout looked at in time: code that computes for long or blocks does not belong there.
    ///
    /// Priorities are ignored. After ``shutdown()`` the tasks go on where they would without a preference.
    public var executor: any TaskExecutor { ownerExecutor }

    /// Sends a request and waits for the whole response; see ``HTTPTransport``.
    ///
    /// - Parameters:
    ///   - request: The request; scheme, authority and path must be set.
    ///   - body: The bytes to send; POST, PUT and PATCH declare a length even if there are none.
    ///   - timeouts: How long to wait.
    /// - Returns: The response's head and body.
    /// - Throws: ``TransportError``; after ``shutdown()`` with the code `shutDown`.
    public func send(
        _ request: HTTPRequest,
        body: [UInt8] = [],
        timeouts: TransportTimeouts = .init()
    ) async throws(TransportError) -> TransportResponse {
        try await send(RequestHead(request, bodyCount: body.count), body: body, timeouts: timeouts, proxies: proxies)
    }

    /// Sends a request whose head has been written before; see ``HTTPTransport``.
    public func send(
        _ head: RequestHead,
        body: [UInt8],
        timeouts: TransportTimeouts
    ) async throws(TransportError) -> TransportResponse {
        try await send(head, body: body, timeouts: timeouts, proxies: proxies)
    }

    /// The same thread and connections, with requests that go straight to their hosts.
    public var direct: any HTTPTransport { DirectTransport(transport: self) }

    fileprivate func send(
        _ head: RequestHead,
        body: [UInt8],
        timeouts: TransportTimeouts,
        proxies: ProxySettings
    ) async throws(TransportError) -> TransportResponse {
        let authority = head.layout.destination.authority
        if !refusedAddresses.isEmpty, let host = HTTPURL("http://\(authority)")?.host,
            refusedAddresses.contains(host: host)
        {
            throw .refused(authority, host)
        }
        let wireRequest = try WireRequest(head, body: body, timeouts: timeouts, proxies: proxies)
        // Freed where it was allocated, not on the owner thread.
        defer { withExtendedLifetime(wireRequest) {} }
        let id = inbox.makeID()
        let outcome = await withTaskCancellationHandler {
            unsafe await withUnsafeContinuation { continuation in
                let transfer = unsafe Transfer(
                    request: wireRequest,
                    collector: ResponseCollector(maxBodyBytes: maxResponseBytes),
                    waiter: TransferWaiter(continuation)
                )
                inbox.submit(id, transfer)
                // The handler below may have run before the inbox knew the transfer.
                if Task.isCancelled { inbox.cancel(id) }
            }
        } onCancel: {
            inbox.cancel(id)
        }
        guard let response = try outcome.get().response() else { preconditionFailure("a response is not whole") }
        return response
    }

    /// Fails what is in flight with the code `shutDown`, closes all connections and joins the thread.
    ///
    /// Returns when that is done, also if the calling task is cancelled. May be called any number of times.
    public func shutdown() async {
        await inbox.stopAndWait()
        thread.join()
    }
}

/// A transport whose proxies are not used; it needs no end of its own.
private struct DirectTransport: HTTPTransport {
    let transport: CurlTransport

    var direct: any HTTPTransport { self }

    func send(
        _ request: HTTPRequest,
        body: [UInt8],
        timeouts: TransportTimeouts
    ) async throws(TransportError) -> TransportResponse {
        try await send(RequestHead(request, bodyCount: body.count), body: body, timeouts: timeouts)
    }

    func send(
        _ head: RequestHead,
        body: [UInt8],
        timeouts: TransportTimeouts
    ) async throws(TransportError) -> TransportResponse {
        try await transport.send(head, body: body, timeouts: timeouts, proxies: .none)
    }
}
