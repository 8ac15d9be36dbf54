/// CRC-32 as in zlib and Ethernet (reflected, polynomial 0xEDB88320), which DynamoDB sends as `x-amz-crc32`.
public enum CRC32 {
    /// The checksum of all the bytes.
    public static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var state: UInt32 = 0xFFFF_FFFF
        unsafe tables.withUnsafeBufferPointer { tables in
            unsafe bytes.withUnsafeBytes { bytes in
                var index = 0
                while index + 8 <= bytes.count {
                    let word = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    state = unsafe advance(UInt64(littleEndian: word) ^ UInt64(state), tables)
                    index += 8
                }
                while index < bytes.count {
                    let entry = unsafe tables[Int(UInt8(truncatingIfNeeded: state) ^ bytes[index])]
                    state = entry ^ (state >> 8)
                    index += 1
                }
            }
        }
        return ~state
    }

    /// The state after eight bytes, into which the state before has been mixed.
    @inline(__always)
    private static func advance(_ word: UInt64, _ tables: UnsafeBufferPointer<UInt32>) -> UInt32 {
        var state: UInt32 = 0
        for byte in 0..<8 {
            let value = UInt8(truncatingIfNeeded: word >> UInt64(8 * byte))
            state ^= unsafe tables[(7 - byte) << 8 | Int(value)]
        }
        return state
    }

    /// "Slicing by 8": eight tables of 256 entries, the n-th for a byte that n more bytes come after.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = (0..<256)
            .map { (index: UInt32) -> UInt32 in
                (0..<8).reduce(index) { entry, _ in entry & 1 == 1 ? 0xEDB8_8320 ^ (entry >> 1) : entry >> 1 }
            }
        for index in 256..<2048 {
            let before = tables[index - 256]
            tables.append(tables[Int(UInt8(truncatingIfNeeded: before))] ^ (before >> 8))
        }
        return tables
    }()
}
