import CJobsysCurl
import Glibc
import Testing

@testable import JobsysHTTP

/// Serialized, because numbers of descriptors are used again.
@Suite(.serialized) struct SocketWatchesTests {
    private let watches: SocketWatches
    private let input = EPOLLIN.rawValue

    init() throws {
        watches = try SocketWatches()
    }

    @Test("A connection that is wanted again before the next sleep is still watched, and one that is not is forgotten")
    func wantedAgain() throws {
        let (again, forgotten) = (try Pair(), try Pair())
        for pair in [again, forgotten] {
            watches.opened(pair.near)
            #expect(watches.watch(pair.near, events: input, isNew: true))
            watches.unwatch(pair.near)
            pair.send()
        }
        #expect(watches.watch(again.near, events: input, isNew: true))
        watches.settle()
        #expect(readable() == [again.near])
    }

    @Test("A connection that was forgotten can be watched again, for other events too")
    func watchedAnew() throws {
        let pair = try Pair()
        watches.opened(pair.near)
        #expect(watches.watch(pair.near, events: EPOLLOUT.rawValue, isNew: true))
        #expect(watches.watch(pair.near, events: input, isNew: false))
        #expect(readable() == [])
        watches.unwatch(pair.near)
        watches.settle()
        #expect(watches.watch(pair.near, events: input, isNew: true))
        pair.send()
        #expect(readable() == [pair.near])
    }

    @Test("A socket that gets the number of one that was closed is watched", arguments: [true, false])
    func reusedNumber(isConnection: Bool) throws {
        let old = try Pair()
        watches.opened(old.near)
        #expect(watches.watch(old.near, events: input, isNew: true))
        watches.unwatch(old.near)
        #expect(watches.closeSocket(old.near))
        let new = try Pair(inPlaceOf: old)
        if isConnection { watches.opened(new.near) }
        #expect(watches.watch(new.near, events: input, isNew: true))
        watches.settle()
        new.send()
        #expect(readable() == [new.near])
    }

    @Test("A connection that gets the number of another descriptor is watched")
    func reusedByConnection() throws {
        let old = try Pair()
        #expect(watches.watch(old.near, events: input, isNew: true))
        watches.unwatch(old.near)
        close(old.near)
        let new = try Pair(inPlaceOf: old)
        watches.opened(new.near)
        #expect(watches.watch(new.near, events: input, isNew: true))
        new.send()
        #expect(readable() == [new.near])
    }

    @Test("A descriptor that is no connection is forgotten at once")
    func notAConnection() throws {
        let pair = try Pair()
        #expect(watches.watch(pair.near, events: input, isNew: true))
        watches.unwatch(pair.near)
        pair.send()
        #expect(readable() == [])
    }

    @Test("What epoll refuses is said")
    func refused() {
        #expect(!watches.watch(-1, events: input, isNew: true))
        watches.opened(-1)
        #expect(!watches.watch(-1, events: input, isNew: true))
    }

    /// The sockets that can be read now.
    private func readable() -> [Int32] {
        var events = [epoll_event](repeating: epoll_event(), count: 8)
        let count = epoll_wait(watches.epoll, &events, 8, 0)
        return events.prefix(Int(max(count, 0))).map(\.data.fd)
    }
}

/// Two ends of a connection; the near one has a number that nobody else in the process is given.
private final class Pair {
    private static let firstNumber: Int32 = 700

    let near: Int32
    private let far: Int32
    private var closesNear = true

    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        near = fcntl(ends[0], F_DUPFD_CLOEXEC, Self.firstNumber)
        far = ends[1]
        close(ends[0])
        try #require(near >= Self.firstNumber)
    }

    /// Takes the number of the near end of another pair, which has been closed.
    convenience init(inPlaceOf other: Pair) throws {
        try self.init()
        other.closesNear = false
        try #require(near == other.near)
    }

    deinit {
        if closesNear { close(near) }
        close(far)
    }

    func send() {
        _ = write(far, "x", 1)
    }
}
