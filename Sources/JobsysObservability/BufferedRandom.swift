import Glibc
import Synchronization

/// The system's random numbers, fetched many at a time: each fetch is a call of the kernel, which costs as much as a hash.
///
/// Every number is handed out once, and is not kept.
public struct BufferedRandom: RandomNumberGenerator, Sendable {
    /// What `getentropy` gives at most at a time: 256 bytes.
    private static let capacity = 32
    private static let numbers = Mutex<[UInt64]>([])

    /// Creates a generator; all share one buffer.
    public init() {}

    /// A random number.
    public mutating func next() -> UInt64 {
        Self.numbers.withLock { numbers in
            if numbers.isEmpty { numbers = Self.fetched() }
            return numbers.popLast() ?? SystemRandomNumberGenerator.one()
        }
    }

    /// As many as fit; none if the system refuses, as one without `getrandom` may.
    private static func fetched() -> [UInt64] {
        unsafe [UInt64](unsafeUninitializedCapacity: capacity) { buffer, count in
            let bytes = capacity * MemoryLayout<UInt64>.size
            count = unsafe getentropy(buffer.baseAddress, bytes) == 0 ? capacity : 0
        }
    }
}

extension SystemRandomNumberGenerator {
    fileprivate static func one() -> UInt64 {
        var random = SystemRandomNumberGenerator()
        return random.next()
    }
}
