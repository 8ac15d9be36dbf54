import CJobsysCurl

/// A request in memory that stays where it is while curl reads it.
///
/// Made on the caller's task, so that the owner thread has nothing to convert or copy.
///
/// `@unchecked Sendable` because of its pointers. The invariant: they all point into `storage` and `content`, which
/// this object alone owns, which are written in `init` only, and which are freed when nobody refers to the object any
/// more. Two pieces, because malloc is quicker with small ones.
@safe final class WireRequest: @unchecked Sendable {
    let timeouts: TransportTimeouts
    /// The proxy that it goes through.
    let proxy: Proxy?
    let destination: RequestDestination
    let url: UnsafePointer<CChar>
    let target: UnsafePointer<CChar>
    let method: UnsafePointer<CChar>
    let headers: UnsafePointer<curl_slist>
    let body: UnsafePointer<CChar>
    let bodyCount: Int
    private let layout: RequestHead.Layout
    private let storage: UnsafeMutableRawPointer
    private let content: UnsafeMutablePointer<CChar>

    var authority: String { destination.authority }
    var isHead: Bool { layout.isHead }
    /// Whether RFC 9110 (section 9.2.2) allows to send it again without being asked to.
    var isIdempotent: Bool { layout.isIdempotent }

    init(
        _ head: RequestHead,
        body bytes: [UInt8],
        timeouts: TransportTimeouts,
        proxies: ProxySettings
    ) throws(TransportError) {
        guard !head.layout.isHead || bytes.isEmpty else {
            throw .invalidRequest(head.layout.destination.authority, "a HEAD request has no body")
        }
        layout = head.layout
        proxy = proxies.proxy(for: head.layout.request)
        var text = head.text
        var destination = head.layout.destination
        destination.hasBody = !bytes.isEmpty || head.layout.declaresLength
        if destination.scheme == "http", proxy?.isForwarder == true {
            destination.isForwarded = true
            text = try RequestText(head.request, bodyCount: bytes.count, targetIsAbsolute: true)
        }
        self.destination = destination
        self.timeouts = timeouts
        bodyCount = bytes.count

        let listSize = unsafe text.headerOffsets.count * MemoryLayout<curl_slist>.stride
        let storage = unsafe UnsafeMutableRawPointer.allocate(
            byteCount: listSize + text.bytes.count,
            alignment: MemoryLayout<curl_slist>.alignment
        )
        let strings = unsafe storage.advanced(by: listSize).assumingMemoryBound(to: CChar.self)
        let list = unsafe storage.assumingMemoryBound(to: curl_slist.self)
        unsafe Self.copy(text.bytes, to: strings)
        unsafe content = .allocate(capacity: bytes.count)
        unsafe Self.copy(bytes, to: content)
        for (index, offset) in text.headerOffsets.enumerated() {
            let isLast = index == text.headerOffsets.count - 1
            let next = unsafe isLast ? nil : list + index + 1
            unsafe (list + index).initialize(to: curl_slist(data: strings + offset, next: next))
        }
        unsafe self.storage = storage
        unsafe url = UnsafePointer(strings + text.urlOffset)
        unsafe target = UnsafePointer(strings + text.targetOffset)
        unsafe method = UnsafePointer(strings + text.methodOffset)
        unsafe headers = UnsafePointer(list)
        unsafe body = UnsafePointer(content)
    }

    deinit {
        unsafe storage.deallocate()
        unsafe content.deallocate()
    }

    private static func copy(_ bytes: [UInt8], to destination: UnsafeMutablePointer<CChar>) {
        unsafe bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return }
            unsafe UnsafeMutableRawPointer(destination).copyMemory(from: start, byteCount: source.count)
        }
    }
}
