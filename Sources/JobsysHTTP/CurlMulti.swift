import CJobsysCurl
import Glibc

/// A curl multi handle and the epoll instance that watches its sockets; belongs to the owner thread.
///
/// Driven by `curl_multi_socket_action`: `curl_multi_perform` looks at every transfer on every call, at the price of a
/// system call for each idle long poll.
@safe final class CurlMulti {
    private static let maxEvents = 64

    private let handle: UnsafeMutableRawPointer
    /// Of all that curl has to do with.
    let watches: SocketWatches
    private let wakeDescriptor: Int32
    private let events: UnsafeMutablePointer<epoll_event>

    /// Watches `wakeDescriptor` (an eventfd) beside curl's sockets.
    init(_ configuration: CurlTransport.Configuration, wakeDescriptor: Int32) throws(TransportError) {
        guard let handle = unsafe curl_multi_init() else { throw .unavailable("curl_multi_init failed") }
        unsafe self.handle = handle
        watches = try SocketWatches()
        self.wakeDescriptor = wakeDescriptor
        unsafe events = .allocate(capacity: Self.maxEvents)
        // Edge-triggered, so that nobody has to read the counter to make it quiet again.
        let wakeEvents = EPOLLIN.rawValue | EPOLLET.rawValue
        guard watches.watch(wakeDescriptor, events: wakeEvents, isNew: true) else {
            throw .unavailable("epoll_ctl failed with errno \(errno)")
        }
        unsafe ccurl_multi_set_pointer(handle, CURLMOPT_SOCKETDATA, Unmanaged.passUnretained(self).toOpaque())
        unsafe ccurl_multi_set_socket_callback(handle, watchSocket)
        unsafe ccurl_multi_set_long(handle, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
        unsafe ccurl_multi_set_long(handle, CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maxConnectionsPerHost)
        unsafe ccurl_multi_set_long(handle, CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.maxConnections)
        unsafe ccurl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, configuration.maxConnections)
    }

    deinit {
        // Nothing may call back into an object that is going away.
        unsafe ccurl_multi_set_socket_callback(handle, nil)
        unsafe curl_multi_cleanup(handle)
        unsafe events.deallocate()
    }

    func add(_ easy: CurlEasy) -> Bool {
        unsafe curl_multi_add_handle(handle, easy.handle) == CURLM_OK
    }

    /// Takes a transfer out, finished or not; its connection is kept if nothing is under way on it.
    func remove(_ easy: CurlEasy) {
        unsafe curl_multi_remove_handle(handle, easy.handle)
    }

    /// Runs what is due by time, such as new transfers and timeouts.
    ///
    /// What goes wrong with a transfer shows in ``takeFinished(_:)``, so the result says nothing more.
    func runTimers() {
        var running: Int32 = 0
        unsafe curl_multi_socket_action(handle, CURL_SOCKET_TIMEOUT, 0, &running)
    }

    /// Sleeps until there is traffic, a timer is due or the wake descriptor is written to; then runs what is due.
    func wait() {
        var milliseconds = -1
        unsafe curl_multi_timeout(handle, &milliseconds)
        guard milliseconds != 0 else { return runTimers() }
        runEvents(within: Int32(clamping: milliseconds))
    }

    /// Runs what is due, without sleeping.
    func poll() {
        runEvents(within: 0)
    }

    private func runEvents(within milliseconds: Int32) {
        watches.settle()
        let count = unsafe epoll_wait(watches.epoll, events, Int32(Self.maxEvents), milliseconds)
        // 0 is the timer's end; -1 is an interruption by a signal, after which a look at the timers does no harm.
        guard count > 0 else { return runTimers() }
        for index in 0..<Int(count) {
            let event = unsafe events[index]
            let descriptor = unsafe event.data.fd
            if descriptor != wakeDescriptor { unsafe run(descriptor, event.events) }
        }
    }

    /// Hands over each transfer that has ended, after taking it out.
    func takeFinished(_ body: (CurlEasy, CURLcode) -> Void) {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(handle, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            let code = unsafe message.pointee.data.result
            var context: UnsafeMutableRawPointer?
            unsafe ccurl_easy_get_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE, &context)
            guard let owner = unsafe context else { preconditionFailure("a curl handle lacks its owner") }
            let easy = unsafe Unmanaged<CurlEasy>.fromOpaque(owner).takeUnretainedValue()
            remove(easy)
            body(easy, code)
        }
    }

    private func run(_ descriptor: Int32, _ events: UInt32) {
        var actions: Int32 = 0
        if events & EPOLLIN.rawValue != 0 { actions |= CURL_CSELECT_IN }
        if events & EPOLLOUT.rawValue != 0 { actions |= CURL_CSELECT_OUT }
        if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { actions |= CURL_CSELECT_ERR }
        var running: Int32 = 0
        unsafe curl_multi_socket_action(handle, descriptor, actions, &running)
    }

    /// Marks a socket that epoll knows, in curl's table of sockets.
    fileprivate func watch(_ descriptor: Int32, poll: Int32, isNew: Bool) -> Bool {
        var events: UInt32 = 0
        if poll & CURL_POLL_IN != 0 { events |= EPOLLIN.rawValue }
        if poll & CURL_POLL_OUT != 0 { events |= EPOLLOUT.rawValue }
        guard watches.watch(descriptor, events: events, isNew: isNew) else { return false }
        if isNew { unsafe curl_multi_assign(handle, descriptor, Unmanaged.passUnretained(self).toOpaque()) }
        return true
    }

    fileprivate func unwatch(_ descriptor: Int32) {
        watches.unwatch(descriptor)
    }
}

/// curl's wish to have a socket watched; -1 makes curl fail its transfers rather than wait for ever.
private func watchSocket(
    _ easy: UnsafeMutableRawPointer?,
    _ descriptor: curl_socket_t,
    _ poll: Int32,
    _ context: UnsafeMutableRawPointer?,
    _ mark: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context = unsafe context else { return -1 }
    let multi = unsafe Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue()
    guard poll != CURL_POLL_REMOVE else {
        multi.unwatch(descriptor)
        return 0
    }
    return multi.watch(descriptor, poll: poll, isNew: unsafe mark == nil) ? 0 : -1
}
