import CJobsysCurl
import Glibc

/// The sockets that an epoll instance watches for curl; belongs to the owner thread.
///
/// curl ends the watch of a connection with each transfer and begins the same one with the next, which mostly comes
/// before anybody sleeps. So the end waits for that, and with it two system calls for each transfer. It may wait only as
/// long as the socket lives, because another one may get its number: a connection's socket is known from its creation
/// to its close. All other descriptors that curl has watched are no longer watched at once.
final class SocketWatches {
    private struct Watch {
        /// What epoll looks out for; nil if it does not know the socket.
        var events: UInt32?
        var isWanted = false
    }

    let epoll: Int32
    private var connections: [Int32: Watch] = [:]
    /// The connections' sockets that may have to be forgotten before the next sleep.
    private var unwanted: [Int32] = []

    init() throws(TransportError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw .unavailable("epoll_create1 failed with errno \(errno)") }
    }

    deinit {
        close(epoll)
    }

    /// Notes a connection's socket that has just been made.
    func opened(_ descriptor: Int32) {
        connections[descriptor] = Watch()
    }

    /// Closes a connection's socket.
    func closeSocket(_ descriptor: Int32) -> Bool {
        // Closing it is what makes epoll forget it.
        connections[descriptor] = nil
        return close(descriptor) == 0
    }

    /// Watches a descriptor from now on; false if that cannot be.
    func watch(_ descriptor: Int32, events: UInt32, isNew: Bool) -> Bool {
        guard let known = connections[descriptor] else {
            return control(isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, events)
        }
        if known.events != events {
            guard control(known.events == nil ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, events) else { return false }
        }
        connections[descriptor] = Watch(events: events, isWanted: true)
        return true
    }

    /// Watches a descriptor no more: a connection's socket from the next ``settle()`` on, any other at once.
    func unwatch(_ descriptor: Int32) {
        guard connections[descriptor] != nil else { return forget(descriptor) }
        connections[descriptor]?.isWanted = false
        unwanted.append(descriptor)
    }

    /// Has epoll forget what is still unwanted; due before each sleep.
    func settle() {
        guard !unwanted.isEmpty else { return }
        for descriptor in unwanted {
            guard let watch = connections[descriptor], !watch.isWanted, watch.events != nil else { continue }
            connections[descriptor]?.events = nil
            forget(descriptor)
        }
        unwanted.removeAll(keepingCapacity: true)
    }

    private func forget(_ descriptor: Int32) {
        // Fails for what is closed already, which epoll has then forgotten.
        _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ events: UInt32) -> Bool {
        var event = unsafe epoll_event(events: events, data: epoll_data_t(fd: descriptor))
        return unsafe epoll_ctl(epoll, operation, descriptor, &event) == 0
    }
}
