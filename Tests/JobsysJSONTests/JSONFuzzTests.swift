import JobsysJSON
import JobsysPropertyTestKit
import Testing

/// Garbage and damaged documents; ``PropertyRuns`` says how to try more of them.
@Suite("Reading garbage")
struct JSONFuzzTests {
    @Test("Random bytes of JSON's alphabet never trap")
    func alphabet() throws {
        let alphabet =
            Array(#"{}[]",:\u0123abtrefnuls-+.eE d8DC"#.utf8) + [0x00, 0x0A, 0x80, 0xC3, 0xA9, 0xED, 0xF0, 0xFF]
        for seed in PropertyRuns.seeds(6_000) {
            var random = SeededGenerator(seed: seed)
            let length = Int.random(in: 0...40, using: &random)
            try exercise((0..<length).map { _ in alphabet.randomElement(using: &random) ?? 0 }, seed: seed)
        }
    }

    @Test("A random document with a few bytes changed, doubled, removed or cut off never traps")
    func mutations() throws {
        for seed in PropertyRuns.seeds(3_000) {
            var random = SeededGenerator(seed: seed)
            var bytes = JSONValue.random(using: &random).serialized()
            for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(contentsOf: bytes[index...].prefix(8), at: index)
                default: bytes.removeLast(bytes.count - index)
                }
            }
            try exercise(bytes, seed: seed)
        }
    }

    @Test("What is written is read back as it was, number by number and byte by byte")
    func roundTrip() throws {
        for seed in PropertyRuns.seeds(2_000) {
            var random = SeededGenerator(seed: seed)
            let value = JSONValue.random(using: &random)
            let bytes = value.serialized()
            let read = try JSONValue(parsing: bytes)
            #expect(read == value, "seed \(seed)")
            #expect(read.serialized() == bytes, "seed \(seed)")
        }
    }

    @Test("White space and escapes where they may stand change nothing")
    func spelling() throws {
        for seed in PropertyRuns.seeds(1_000) {
            var random = SeededGenerator(seed: seed)
            let value = JSONValue.random(using: &random)
            let text = value.respelled(using: &random)
            #expect(try JSONValue(parsing: text) == value, "seed \(seed): \(text)")
        }
    }

    /// Reads it as a tree and skips it: both must come to the same verdict, and what is accepted must survive.
    private func exercise(_ bytes: [UInt8], seed: UInt64) throws {
        let tree = Result { () throws(JSONError) in try JSONValue(parsing: bytes) }
        let skipped = Result { () throws(JSONError) in
            var reader = JSONReader(bytes)
            try reader.skipValue()
            try reader.finish()
        }
        switch tree {
        case .success(let value):
            #expect(throws: Never.self, "seed \(seed)") { try skipped.get() }
            #expect(try JSONValue(parsing: value.serialized()) == value, "seed \(seed)")
            #expect(try JSONValue(parsing: value.canonical()) == value, "seed \(seed)")
        case .failure(let error):
            #expect((0...bytes.count).contains(error.offset), "seed \(seed)")
            // Only a tree minds a name that comes twice.
            guard error.message != "the name appears twice" else { return }
            #expect(throws: JSONError.self, "seed \(seed)") { try skipped.get() }
        }
    }
}
