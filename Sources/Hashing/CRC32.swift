/// CRC-32 as in zlib and Ethernet (reflected, polynomial 0xEDB88320), which DynamoDB sends as `x-amz-crc32`.
public enum CRC32 {
    /// The checksum of all the bytes.
    public static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var state: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            state = table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] ^ (state >> 8)
        }
        return ~state
    }

    private static let table: [UInt32] = (0..<256)
        .map { index in
            (0..<8)
                .reduce(UInt32(index)) { entry, _ in
                    entry & 1 == 1 ? 0xEDB8_8320 ^ (entry >> 1) : entry >> 1
                }
        }
}
