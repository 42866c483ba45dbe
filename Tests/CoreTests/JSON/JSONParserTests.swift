import MainspringCore
import MainspringTesting
import Testing

@Suite("The JSON parser")
struct JSONParserTests {
    static let valid: [(String, JSONValue)] = [
        ("null", .null), ("true", true), ("false", false), (" \n\r\t1 ", 1), ("0", 0), ("-1", -1),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number("9223372036854775808")),
        ("-9223372036854775809", .number("-9223372036854775809")),
        ("-0", .number("-0")), ("1.0", .number("1.0")), ("1e0", .number("1e0")), ("1E+5", .number("1E+5")),
        ("0.5e-300", .number("0.5e-300")), ("1e400", .number("1e400")),
        (#""""#, ""), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{C}\n\r\t"), (#""é€😀""#, "é€😀"),
        (#""\u0041\u00e9\u20AC\ud83d\uDE00\u0000""#, "A\u{e9}€😀\0"), ("\"\u{7F}\"", "\u{7F}"),
        ("[]", []), ("[ ]", []), ("[1,[2,null],{}]", [1, [2, .null], [:]]), ("{}", [:]), ("{ }", [:]),
        (#"{"a":1,"b":{"a":2}}"#, ["a": 1, "b": ["a": 2]]),
    ]

    @Test("reads every kind of value", arguments: valid)
    func readsValid(text: String, value: JSONValue) throws {
        #expect(try JSONParser.parse(text) == value)
    }

    @Test("compact text reads back to the same value, and is the same for the same value", arguments: valid)
    func roundTrip(text: String, value: JSONValue) throws {
        #expect(try JSONParser.parse(value.compactText) == value)
        #expect(try JSONParser.parse(value.prettyText) == value)
        #expect(try JSONParser.parse(text).compactText == value.compactText)
    }

    static let invalid: [(String, Int)] = [
        ("", 0), ("  ", 2), ("nul", 0), ("nulll", 4), ("True", 0), ("NaN", 0), ("Infinity", 0), ("undefined", 0),
        ("01", 1), ("-", 1), ("+1", 0), (".5", 0), ("1.", 2), ("1.e1", 2), ("1e", 2), ("1e+", 3), ("0x10", 1),
        ("-a", 1),
        ("1 2", 2), ("[1,]", 3), ("[,1]", 1), ("[1 2]", 3), ("[1", 2), ("]", 0), ("{,}", 1), (#"{"a"}"#, 4),
        (#"{"a":}"#, 5), (#"{"a":1,}"#, 7), (#"{a:1}"#, 1), (#"{1:1}"#, 1), (#"{"a":1 "b":2}"#, 7), (#"{"a":1"#, 6),
        (#"{"a":1,"b":2,"a":3}"#, 13), (#"{"a":1,"\u0061":2}"#, 7),
        ("\"a", 0), ("\"a\nb\"", 2), ("\"\0\"", 1), (#""\x""#, 2), (#""\u12""#, 3), (#""\u12G4""#, 3),
        (#""\ud800""#, 7), (#""\ud800x""#, 7), (#""\ud800\n""#, 8), (#""\udc00""#, 7), (#""\ud800\u0041""#, 13),
        ("'a'", 0), ("// no\n1", 0), ("\u{FEFF}1", 0), ("1\u{A0}", 1),
    ]

    @Test("refuses what is not JSON, at its byte", arguments: invalid)
    func refuses(text: String, offset: Int) {
        let failure = #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(text) }
        #expect(failure?.offset == offset)
    }

    static let notUTF8: [[UInt8]] = [
        [0x80], [0xC3], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
        [0xF5, 0x80, 0x80, 0x80],
        [0xFF],
    ]

    @Test("refuses strings that are not UTF-8: lone and overlong bytes, surrogates, beyond Unicode", arguments: notUTF8)
    func refusesNonUTF8(bytes: [UInt8]) {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse([0x22] + bytes + [0x22]) }
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse([0x7B, 0x22] + bytes + Array(#"":1}"#.utf8)) }
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(bytes) }
    }

    @Test("takes exactly 64 levels, of arrays and of objects, empty or not", arguments: ["", "1", "\"a\"", "null"])
    func depth(innermost: String) throws {
        func arrays(_ count: Int) -> String {
            String(repeating: "[", count: count) + innermost + String(repeating: "]", count: count)
        }
        func objects(_ count: Int) -> String {
            let inner = innermost.isEmpty ? "{}" : "{\"a\":\(innermost)}"
            return String(repeating: "{\"a\":", count: count - 1) + inner + String(repeating: "}", count: count - 1)
        }
        for nested in [arrays, objects] {
            #expect(throws: Never.self) { try JSONParser.parse(nested(64)) }
            let failure = #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(nested(65)) }
            #expect(failure?.message == "more than 64 levels deep")
        }
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(String(repeating: "[", count: 1_000_000)) }
    }

    @Test("refuses a document cut off at any byte")
    func cutOff() throws {
        let document = Array(#"{"text":"é\n\ud83d\ude00","list":[true,false,null,-1.5e+3,{"deep":[[]]}],"n":12}"#.utf8)
        #expect(throws: Never.self) { try JSONParser.parse(document) }
        for length in 0..<document.count {
            #expect(throws: JSONParser.Failure.self, "cut at \(length)") {
                try JSONParser.parse(Array(document.prefix(length)))
            }
        }
    }

    @Test("objects with the same members are equal and give the same text, whatever their order")
    func order() throws {
        let left = try JSONParser.parse(#"{"b":1,"a":{"z":0,"y":[]},"é":2,"Z":3}"#)
        let right = try JSONParser.parse(#"{"Z":3,"a":{"y":[],"z":0},"é":2,"b":1}"#)
        #expect(left == right)
        #expect(left.compactText == #"{"Z":3,"a":{"y":[],"z":0},"b":1,"é":2}"#)
        #expect(left.compactText == right.compactText)
    }

    @Test("text shows control characters as escapes")
    func escapes() {
        #expect(JSONValue.string("\u{1}\"\\\n\r\t\u{7F}").compactText == #""\u0001\"\\\n\r\t\u007f""#)
        let pretty = "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}"
        #expect((["a": [1, 2], "b": [:]] as JSONValue).prettyText == pretty)
    }

    @Test("a double that JSON cannot hold becomes null", arguments: [Double.nan, .infinity, -.infinity])
    func doubles(value: Double) {
        #expect(JSONValue.double(value) == .null)
    }

    @Test(
        "doubles have JSON spelling",
        arguments: [0, -0.0, 1, 1e22, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1])
    func doubleText(value: Double) throws {
        #expect(try JSONParser.parse(JSONValue.double(value).compactText).double == value)
    }

    @Test("random bytes end in a value or a failure, and a value reads back")
    func fuzz() throws {
        var random = SeededGenerator.fresh("JSONParserTests.fuzz")
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "d83d", "\\ude00", "null", "true", "-", "0", "12", ".",
            "e", "E+", " ",
            "\"a\"", "\"a\":", "é", "\u{1}",
        ].map { Array($0.utf8) }
        for _ in 0..<20_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                if Int.random(in: 0..<8, using: &random) == 0 {
                    bytes.append(UInt8.random(in: 0...255, using: &random))
                } else {
                    bytes += pieces.randomElement(using: &random) ?? []
                }
            }
            do {
                let value = try JSONParser.parse(bytes)
                let back = try JSONParser.parse(value.compactText)
                #expect(back == value, "\(bytes)")
            } catch let failure {
                #expect((0...bytes.count).contains(failure.offset), "\(bytes)")
            }
        }
    }
}
