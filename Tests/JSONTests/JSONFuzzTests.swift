import JSON
import Testing

/// SplitMix64: small, seedable, good enough to make garbage.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite("Reading garbage")
struct JSONFuzzTests {
    /// Reads it as a tree and skips it: both must come to the same verdict, and what is accepted must survive.
    private func exercise(_ bytes: [UInt8]) throws {
        let value: JSONValue?
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes)
        } catch {
            #expect((0...bytes.count).contains(error.offset))
            value = nil
        }
        guard let value else { return }
        #expect(try JSONValue(parsing: value.serialized()) == value)
        #expect(try JSONValue(parsing: value.canonical()) == value)
        var reader = JSONReader(bytes)
        try reader.skipValue()
        try reader.finish()
    }

    @Test("Random bytes of JSON's alphabet never trap", arguments: [1, 2, 3] as [UInt64])
    func alphabet(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let alphabet =
            Array(#"{}[]",:\u0123abtrefnuls-+.eE d8DC"#.utf8) + [0x00, 0x0A, 0x80, 0xC3, 0xA9, 0xED, 0xF0, 0xFF]
        for _ in 0..<2_000 {
            let length = Int.random(in: 0...40, using: &random)
            try exercise((0..<length).map { _ in alphabet.randomElement(using: &random) ?? 0 })
        }
    }

    @Test("A valid document with a few bytes changed, removed or cut off never traps", arguments: [4, 5] as [UInt64])
    func mutations(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let document = Array(
            #"{"Messages":[{"Body":"{\"id\":\"\u00e9\ud83d\ude00\"}","n":-1.5e+3,"é😀":[true,false,null,{}]}],"":0}"#
                .utf8
        )
        for _ in 0..<3_000 {
            var bytes = document
            for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.removeLast(bytes.count - index)
                }
            }
            try exercise(bytes)
        }
    }
}
