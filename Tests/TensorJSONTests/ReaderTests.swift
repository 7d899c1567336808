// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TensorJSON

@Suite("The reader")
struct ReaderTests {
    @Test("iterates over objects and arrays and tracks its position")
    func steps() throws {
        let body = #" { "a" : [ true , { "b/c~d" : "x" } , null ] , "e" : -2.5 } "#
        var reader = JSONReader(Array(body.utf8))
        #expect(try reader.peekKind() == .object)
        #expect(reader.pointer == "")
        try reader.beginObject()
        #expect(reader.pointer == "")
        #expect(try reader.nextKey() == "a")
        #expect(reader.pointer == "/a")
        #expect(try reader.peekKind() == .array)
        try reader.beginArray()
        #expect(try reader.nextElement())
        #expect(reader.pointer == "/a/0")
        #expect(try reader.peekKind() == .boolean)
        #expect(try reader.readBoolean())
        #expect(try reader.nextElement())
        try reader.beginObject()
        #expect(try reader.nextKey() == "b/c~d")
        #expect(reader.pointer == "/a/1/b~1c~0d")
        #expect(try reader.peekKind() == .string)
        #expect(try reader.readString() == "x")
        #expect(try reader.nextKey() == nil)
        #expect(reader.pointer == "/a/1")
        #expect(try reader.nextElement())
        #expect(try reader.peekKind() == .null)
        try reader.skipValue()
        #expect(try !reader.nextElement())
        #expect(reader.pointer == "/a")
        #expect(try reader.nextKey() == "e")
        #expect(try reader.peekKind() == .number)
        #expect(body.utf8.count - reader.position == 7)
        #expect(try reader.readNumber() == -2.5)
        #expect(try reader.nextKey() == nil)
        try reader.finish()
        #expect(reader.position == body.utf8.count)
    }

    @Test(
        "resolves escapes",
        arguments: [
            (#""""#, ""), (#""a""#, "a"), (#""\u0041""#, "A"), (#""\u00e9é""#, "éé"),
            (#""\uD83D\uDE00😀""#, "😀😀"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0000""#, "\0"), (#""\uFFFF\uFEFF""#, "\u{FFFF}\u{FEFF}"),
            (#""\udbff\udfff""#, "\u{10FFFF}"),
        ]
    )
    func escapes(text: String, value: String) throws {
        var reader = JSONReader(Array(text.utf8))
        let read = try reader.readString()
        #expect(Array(read.unicodeScalars) == Array(value.unicodeScalars))
        try reader.finish()
    }

    @Test("skips any value and continues after it")
    func skips() throws {
        let body = #"{"a":{"b":[1,[2,"x\n"],{}],"c":null},"d":[[],[]],"e":7}"#
        var reader = JSONReader(Array(body.utf8))
        try reader.beginObject()
        #expect(try reader.nextKey() == "a")
        try reader.skipValue()
        #expect(try reader.nextKey() == "d")
        try reader.skipValue()
        #expect(try reader.nextKey() == "e")
        #expect(try reader.readNumber() == 7)
        #expect(try reader.nextKey() == nil)
        try reader.finish()
    }

    @Test("reports the kind found instead of the kind expected")
    func kinds() throws {
        let found: [(String, JSONKind)] = [
            ("{}", .object), ("[]", .array), (#""x""#, .string), ("1", .number),
            ("true", .boolean), ("null", .null),
        ]
        let readings: [(JSONKind, (inout JSONReader) throws -> Void)] = [
            (.object, { try $0.beginObject() }), (.array, { try $0.beginArray() }),
            (.string, { _ = try $0.readString() }), (.number, { _ = try $0.readNumber() }),
            (.boolean, { _ = try $0.readBoolean() }),
        ]
        for (text, kind) in found {
            for (expected, read) in readings where expected != kind {
                var reader = JSONReader(Array("[\(text)]".utf8))
                try reader.beginArray()
                _ = try reader.nextElement()
                let error = try #require(throws: JSONError.self) { try read(&reader) }
                let excerpt = kind == .string ? "x" : ""
                #expect(
                    error.reason == .unexpectedKind(kind, expected: [expected], text: excerpt)
                )
                #expect(error.pointer == "/0")
                #expect(error.position == 1)
            }
        }
    }

    @Test("rejects a repeated key among any number of keys, comparing bytes")
    func duplicates() throws {
        for count in [2, 31, 32, 33, 100] {
            let members = (0..<count).map { "\"k\($0)\":0" }
            try skip(Array("{\(members.joined(separator: ","))}".utf8))
            for repeated in [0, count / 2, count - 1] {
                let all = members + ["\"k\(repeated)\":1"]
                let error = try skipError("{\(all.joined(separator: ","))}")
                #expect(error.reason == .duplicateKey("k\(repeated)"))
                #expect(error.pointer == "/k\(repeated)")
            }
        }
        try skip(Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8))
    }

    @Test("remembers the keys of an object while another is read inside it")
    func keysOfNestedObjects() throws {
        func members(_ count: Int) -> [String] { (0..<count).map { "\"k\($0)\":0" } }
        for (outer, inner) in (1..<8).flatMap({ outer in (0..<8).map { (outer, $0) } }) {
            let object = members(inner).joined(separator: ",")
            let all = (members(outer) + ["\"x\":{\(object)}"]).joined(separator: ",")
            try skip(Array("{\(all),\"y\":{\(object)}}".utf8))
            for repeated in ["k0", "k\(outer - 1)", "x"] {
                let error = try skipError("{\(all),\"\(repeated)\":1}")
                #expect(error.reason == .duplicateKey(repeated))
                #expect(error.pointer == "/\(repeated)")
            }
        }
    }

    @Test("reads an object with very many keys in linear time")
    func manyKeys() throws {
        let members = (0..<20_000).map { "\"\($0)\":0" }.joined(separator: ",")
        try skip(Array("{\(members)}".utf8))
        #expect(try skipError("{\(members),\"77\":1}").code == "duplicate_key")
    }

    @Test("allows objects and arrays up to the maximum depth")
    func depth() throws {
        for depth in [1, 5, 32] {
            let arrays = String(repeating: "[", count: depth)
            let closed = arrays + String(repeating: "]", count: depth)
            try skip(Array(closed.utf8), maximumDepth: depth)
            let error = try #require(throws: JSONError.self) {
                try skip(Array(closed.utf8), maximumDepth: depth - 1)
            }
            #expect(error.reason == .tooDeep(limit: depth - 1))
            #expect(error.position == depth - 1)
        }
    }

    @Test(
        "points to the object or array with the error",
        arguments: [
            (#"{"a":1 "b":2}"#, ""), (#"{"x":{"a":1 "b":2}}"#, "/x"), (#"[[1 2]]"#, "/0"),
            (#"{"a":[1,2}"#, "/a"), (#"{"a" 1}"#, "/a"), (#"{"x":{"a":1,}}"#, "/x"),
            (#"{"x":{"a":1"#, "/x"), (#"{"x":["#, "/x"), (#"{"x":[1,"#, "/x"), (#"{"x""#, ""),
            (#"{"x":"#, ""), (#"{"x":["a"#, "/x/0"), (#"[1,tru]"#, "/1"), (#"{"x":1}x"#, ""),
        ]
    )
    func pointer(text: String, pointer: String) throws {
        #expect(try skipError(text).pointer == pointer)
    }

    @Test("reports an unexpected end for an empty body", arguments: ["", " ", "\n\t "])
    func empty(text: String) throws {
        let error = try skipError(text)
        #expect(error.reason == .unexpectedEnd(inside: .body))
        #expect(error.position == text.utf8.count)
    }
}
