import JobsysJSON
import Testing

@Suite("Values")
struct JSONValueTests {
    @Test("Literals make values, and accessors take them apart")
    func literals() {
        let value: JSONValue = ["n": nil, "b": true, "i": 3, "d": 1.5, "s": "x", "a": [1, "2"], "o": ["k": 0]]
        #expect(value.serializedString == #"{"n":null,"b":true,"i":3,"d":1.5,"s":"x","a":[1,"2"],"o":{"k":0}}"#)
        #expect(value["n"]?.isNull == true)
        #expect(value["b"]?.boolValue == true)
        #expect(value["i"]?.intValue == 3)
        #expect(value["d"]?.doubleValue == 1.5)
        #expect(value["d"]?.intValue == nil)
        #expect(value["s"]?.stringValue == "x")
        #expect(value["a"]?[1] == "2")
        #expect(value["a"]?[2] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["o"]?["k"] == 0)
        #expect(value["o"]?.objectValue?.keys == ["k"])
        #expect(value["missing"] == nil)
        #expect(value["a"]?.arrayValue?.count == 2)
        #expect(value.kind == .object)
        #expect(value["s"]?["k"] == nil)
    }

    @Test("The order of members counts neither for equality nor for the hash, and is kept in the text")
    func order() throws {
        let one = try JSONValue(parsing: #"{"a":1,"b":{"x":1,"y":2}}"#)
        let other = try JSONValue(parsing: #"{"b":{"y":2,"x":1},"a":1}"#)
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(one.serialized() != other.serialized())
        #expect(one.canonical() == other.canonical())
        #expect(one != ["a": 1, "b": ["x": 1, "y": 3]])
        #expect(one != ["a": 1])
    }

    @Test("The canonical text sorts names by their bytes, at every level")
    func canonical() throws {
        let value = try JSONValue(parsing: #"{"b":[{"z":1,"a":2}],"a":1,"":0,"é":3,"Z":4,"😀":5,"\uE000":6}"#)
        let text = String(decoding: value.canonical(), as: UTF8.self)
        #expect(text == #"{"":0,"Z":4,"a":1,"b":[{"a":2,"z":1}],"é":3,""# + "\u{E000}" + #"":6,"😀":5}"#)
    }

    @Test("Members are set, replaced in place, and removed")
    func members() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["a"] = 3
        object["c"] = nil
        object["d"] = .null
        object["b"] = JSONValue?.none
        #expect(JSONValue.object(object).serializedString == #"{"a":3,"d":null}"#)
        #expect(object.count == 2)
        #expect(!object.isEmpty)
        #expect(JSONObject([("x", 1), ("x", 2)]).members == [.init(key: "x", value: 2)])
    }

    @Test(
        "A number keeps its literal",
        arguments: [
            ("1.0", 1, 1.0), ("1e400", nil, .infinity), ("-0", 0, -0.0), ("42", 42, 42), ("935.0", 935, 935),
            ("9.35e2", 935, 935), ("9350E-1", 935, 935), ("-1.20e+1", -12, -12), ("0.5", nil, 0.5), ("1e-1", nil, 0.1),
            ("0.0e99999999999999999999", 0, 0), ("9223372036854775807.0", .max, 0x1p63),
            ("9223372036854775808.0", nil, 0x1p63), ("-9223372036854775808.00", .min, -0x1p63),
            ("0.000001e6", 1, 1), ("1e18", 1_000_000_000_000_000_000, 1e18), ("1e19", nil, 1e19),
            ("1e99999999999999999999", nil, .infinity), ("100.50", nil, 100.5),
        ]
            as [(String, Int?, Double)]
    )
    func numbers(text: String, int: Int?, double: Double) throws {
        let number = try #require(JSONNumber(text: text))
        #expect(number.text == text)
        #expect(number.int == int)
        #expect(number.double == double)
        #expect(try JSONValue(parsing: text) == .number(number))
    }

    @Test("What is no JSON number makes none", arguments: ["", "+1", "01", "1.", "0x1", "nan", "inf", " 1", "1 ", "１"])
    func notNumbers(text: String) {
        #expect(JSONNumber(text: text) == nil)
    }

    @Test("No number is made of what is not finite")
    func notFinite() {
        #expect(JSONNumber(Double.nan) == nil)
        #expect(JSONNumber(-Double.infinity) == nil)
        #expect(JSONNumber(UInt64.max).text == "18446744073709551615")
    }

    @Test("A pointer escapes as RFC 6901 says")
    func pointers() {
        #expect(JSONPointer.root.description == "")
        #expect(JSONPointer.root.appending("").description == "/")
        #expect(JSONPointer.root.appending("a/b").appending("m~n").appending(0).description == "/a~1b/m~0n/0")
        #expect(JSONPointer.root.appending("~1").description == "/~01")
        #expect(JSONPointer(components: ["é"]).description == "/é")
    }
}
