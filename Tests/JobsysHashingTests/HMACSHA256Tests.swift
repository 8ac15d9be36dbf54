import JobsysHashing
import Testing

@Suite("HMAC-SHA-256")
struct HMACSHA256Tests {
    struct Vector: Sendable {
        var key: [UInt8]
        var message: [UInt8]
        var code: String
    }

    static let rfc4231: [Vector] = [
        Vector(
            key: .init(repeating: 0x0B, count: 20),
            message: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        Vector(
            key: Array("Jefe".utf8),
            message: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        Vector(
            key: .init(repeating: 0xAA, count: 20),
            message: .init(repeating: 0xDD, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        Vector(
            key: Array(1...25),
            message: .init(repeating: 0xCD, count: 50),
            code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        Vector(
            key: .init(repeating: 0xAA, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ]

    @Test("The code is the one of RFC 4231's test cases", arguments: rfc4231)
    func vectors(vector: Vector) {
        #expect(Hex.encode(HMACSHA256(key: vector.key).authenticate(vector.message)) == vector.code)
    }

    @Test("Empty keys and messages are allowed")
    func empty() {
        let expected = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        #expect(Hex.encode(HMACSHA256(key: []).authenticate([])) == expected)
        #expect(Hex.encode(HMACSHA256(key: []).authenticate("")) == expected)
    }

    @Test("A key is good for many messages, bytes or text")
    func reuse() {
        let code = HMACSHA256(key: Array("Jefe".utf8))
        for text in ["what do ya want for nothing?", "é😀", "what do ya want for nothing?"] {
            #expect(code.authenticate(text) == code.authenticate(Array(text.utf8)))
        }
        #expect(code.authenticate("a") != code.authenticate("b"))
    }
}
