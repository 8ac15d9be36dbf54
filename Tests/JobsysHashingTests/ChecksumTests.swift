import JobsysHashing
import Testing

@Suite("Checksums and hexadecimal text")
struct ChecksumTests {
    @Test(
        "MD5 is the one of RFC 1321's test suite",
        arguments: [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a"
            ),
        ]
    )
    func md5(text: String, expected: String) {
        #expect(MD5.hexHash(text) == expected)
        #expect(MD5.hexHash(Array(text.utf8)) == expected)
        #expect(MD5.hash(text) == MD5.hash(Array(text.utf8)))
        #expect(MD5.hash(text).count == 16)
        #expect(MD5.matches(expected, text))
    }

    @Test("Digits that are not the hash in lower case do not match it", arguments: ["", "0", "d41d8cd98f00b204"])
    func mismatch(digits: String) {
        #expect(!MD5.matches(digits, ""))
        #expect(!MD5.matches("D41D8CD98F00B204E9800998ECF8427E", ""))
        #expect(!MD5.matches("d41d8cd98f00b204e9800998ecf8427f", ""))
        #expect(!MD5.matches("d41d8cd98f00b204e9800998ecf8427e", " "))
    }

    @Test(
        "CRC-32 is the one of zlib",
        arguments: [
            ("", 0), ("123456789", 0xCBF4_3926), ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
            ("{}", 2_745_614_147),
        ] as [(String, UInt32)]
    )
    func crc32(text: String, expected: UInt32) {
        #expect(CRC32.checksum(Array(text.utf8)) == expected)
    }

    @Test("CRC-32 of every length around its stride of eight bytes is the one that the definition gives")
    func crc32Lengths() {
        for length in 0...40 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ length) }
            var state: UInt32 = 0xFFFF_FFFF
            for byte in bytes {
                state ^= UInt32(byte)
                for _ in 0..<8 { state = state & 1 == 1 ? 0xEDB8_8320 ^ (state >> 1) : state >> 1 }
            }
            #expect(CRC32.checksum(bytes) == ~state)
        }
    }

    @Test("Hexadecimal text has two lower-case digits a byte")
    func hex() {
        #expect(Hex.encode([]) == "")
        #expect(Hex.encode([0x00, 0x09, 0x0A, 0x10, 0xFF]) == "00090a10ff")
        #expect(Hex.encode((0...255).map { UInt8($0) }).count == 512)
    }
}
