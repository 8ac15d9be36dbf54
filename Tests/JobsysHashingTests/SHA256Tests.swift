import JobsysHashing
import Testing

@Suite("SHA-256")
struct SHA256Tests {
    @Test(
        "The hash is the one of FIPS 180-4's examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func examples(text: String, expected: String) {
        #expect(SHA256.hexHash(text) == expected)
        #expect(SHA256.hexHash(Array(text.utf8)) == expected)
        #expect(Hex.encode(SHA256.hash(text)) == expected)
        #expect(SHA256.hash(Array(text.utf8)) == SHA256.hash(text))
    }

    @Test("A million bytes hash as FIPS 180-4 says")
    func million() {
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        #expect(SHA256.hexHash(bytes) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test("Many tasks hash at once and all get the same answer")
    func concurrent() async {
        let hashes = await withTaskGroup(of: [String].self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<500).map { SHA256.hexHash("job \($0)") + MD5.hexHash("job \($0)") } }
            }
            return await group.reduce(into: Set<[String]>()) { $0.insert($1) }
        }
        #expect(hashes.count == 1)
    }
}
