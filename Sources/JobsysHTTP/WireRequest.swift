import CJobsysCurl
import HTTPTypes

/// A request in memory that stays where it is while curl reads it.
///
/// Made on the caller's task, so that the owner thread has nothing to convert or copy.
///
/// `@unchecked Sendable` because of its pointers. The invariant: they all point into `storage` and `content`, which
/// this object alone owns, which are written in `init` only, and which are freed when nobody refers to the object any
/// more. Two pieces, because malloc is quicker with small ones.
@safe final class WireRequest: @unchecked Sendable {
    let authority: String
    let timeouts: TransportTimeouts
    let isHead: Bool
    /// Whether RFC 9110 (section 9.2.2) allows to send it again without being asked to.
    let isIdempotent: Bool
    /// The proxy that it goes through.
    let proxy: Proxy?
    /// Whether to send a body and its length, be it 0.
    let hasBody: Bool
    let url: UnsafePointer<CChar>
    let target: UnsafePointer<CChar>
    let method: UnsafePointer<CChar>
    let headers: UnsafePointer<curl_slist>
    let body: UnsafePointer<CChar>
    let bodyCount: Int
    private let storage: UnsafeMutableRawPointer
    private let content: UnsafeMutablePointer<CChar>

    init(
        _ request: HTTPRequest,
        body bytes: [UInt8],
        timeouts: TransportTimeouts,
        proxies: ProxySettings
    ) throws(TransportError) {
        proxy = proxies.proxy(for: request)
        let isForwarded = request.scheme == "http" && proxy?.isForwarder == true
        let text = try RequestText(request, bodyCount: bytes.count, targetIsAbsolute: isForwarded)
        authority = request.authority ?? ""
        self.timeouts = timeouts
        isHead = request.method == .head
        isIdempotent = ![.post, .patch, .connect].contains(request.method)
        hasBody = !bytes.isEmpty || [.post, .put, .patch].contains(request.method)
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
