// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import Testing

@testable import TensorJSON

@Suite("The writer")
struct WriterTests {
    @Test("puts commas and colons where they belong")
    func structure() {
        let text = written {
            $0.beginObject()
            $0.key("loss")
            $0.number(0.5)
            $0.key("gradient")
            $0.numbers([1, -0.0], shape: [2])
            $0.key("items")
            $0.beginArray()
            $0.beginObject()
            $0.endObject()
            $0.beginArray()
            $0.endArray()
            $0.string("x")
            $0.integer(-7)
            $0.boolean(true)
            $0.boolean(false)
            $0.null()
            $0.endArray()
            $0.key("empty")
            $0.beginObject()
            $0.key("n")
            $0.numbers([3], shape: [])
            $0.endObject()
            $0.endObject()
        }
        #expect(
            text
                == #"{"loss":0.5,"gradient":[1,-0.0],"items":[{},[],"x",-7,true,false,null],"#
                + #""empty":{"n":3}}"#
        )
    }

    @Test("escapes only what must be escaped in strings and keys")
    func strings() throws {
        let text = "a\"b\\c/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}é😀\u{2028}"
        let json = written { $0.string(text) }
        #expect(json == #""a\"b\\c/\u0008\u000c\n\r\t\u0000\u001f"# + "\u{7F}é😀\u{2028}\"")
        var reader = JSONReader(Array(json.utf8))
        #expect(try reader.readString() == text)
        let object = written {
            $0.beginObject()
            $0.key("a\"b")
            $0.null()
            $0.endObject()
        }
        #expect(object == #"{"a\"b":null}"#)
    }

    @Test(
        "nests numbers to the depth of their shape",
        arguments: [
            ([], [7], "7"), ([0], [], "[]"), ([1], [7], "[7]"), ([2, 0], [], "[[],[]]"),
            ([0, 3], [], "[]"), ([2, 0, 3], [], "[[],[]]"), ([1, 1], [7], "[[7]]"),
            ([2, 2], [1, 2, 3, 4], "[[1,2],[3,4]]"), ([4, 1], [1, 2, 3, 4], "[[1],[2],[3],[4]]"),
            ([1, 4], [1, 2, 3, 4], "[[1,2,3,4]]"), ([2, 1, 2], [1, 2, 3, 4], "[[[1,2]],[[3,4]]]"),
            ([2, 2, 1], [1, 2, 3, 4], "[[[1],[2]],[[3],[4]]]"),
            ([2, 2, 0], [], "[[[],[]],[[],[]]]"),
        ] as [([Int], [Double], String)]
    )
    func nested(shape: [Int], values: [Double], text: String) {
        #expect(written { $0.numbers(values, shape: shape) } == text)
    }

    @Test("writes arrays of any size and shape so that they read back")
    func roundTrip() throws {
        var random = SplitMix(state: 6)
        for _ in 0..<200 {
            let shape = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                Int.random(in: 1...5, using: &random)
            }
            let values = (0..<shape.reduce(1, *)).map { _ in random.anyDouble() }
            let text = written { $0.numbers(values, shape: shape) }
            #expect(try numbers(text) == NumberArray(shape: shape, values: values))
        }
        for count in [31, 32, 33, 63, 64, 65, 1000] {
            let values = (0..<count).map { _ in -random.anyDouble().magnitude }
            let text = written { $0.numbers(values, shape: [count]) }
            #expect(try numbers(text) == NumberArray(shape: [count], values: values))
        }
    }

    @Test("writes integers as such, also among other numbers")
    func integers() {
        let whole = (0..<1_100).map { Double($0) }
        for other in [nil, -0.0, -7, 0.5, 1_023.5, 1_024, 0x1p-1074] as [Double?] {
            // The other number in every seventh block, each time at another offset.
            var values = whole
            for index in stride(from: 5, to: whole.count, by: 117) {
                values[index] = other ?? values[index]
            }
            let texts = values.map { value in written { $0.number(value) } }
            #expect(texts[3] == "3" && texts[1_000] == "1000")
            for length in [1_100, 550, 100, 1] {
                let shape = length == 1_100 ? [length] : [1_100 / length, length]
                let rows = stride(from: 0, to: 1_100, by: length).map { start in
                    "[" + texts[start..<start + length].joined(separator: ",") + "]"
                }
                let expected = shape.count == 1 ? rows[0] : "[" + rows.joined(separator: ",") + "]"
                #expect(written { $0.numbers(values, shape: shape) } == expected)
            }
        }
    }

    @Test(
        "writes number arrays of any shape in any parts",
        arguments: [
            [], [0], [1], [7], [2, 0], [0, 3], [2, 0, 3], [1, 1], [3, 1], [1, 3], [2, 3, 4],
            [4, 1, 2], [2, 2, 0], [1, 1, 5, 1],
        ] as [[Int]]
    )
    func parts(shape: [Int]) {
        let count = shape.reduce(1, *)
        let values = (0..<count).map { Double($0) / 4 }
        func text(_ cuts: [Int]) -> String {
            var text: [UInt8] = []
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("a")
            for (start, end) in zip([0] + cuts, cuts + [count]) {
                writer.numbers(values.span.extracting(start..<end), shape: shape, start..<end)
                text += writer.take()
                #expect(writer.bytes.isEmpty)
            }
            writer.key("b")
            writer.boolean(true)
            writer.endObject()
            return String(decoding: text + writer.finish(), as: UTF8.self)
        }
        let whole = text([])
        #expect(whole == #"{"a":\#(written { $0.numbers(values, shape: shape) }),"b":true}"#)
        guard count > 0 else { return }
        #expect(text(Array(0...count)) == whole)
        for cut in 0...count { #expect(text([cut]) == whole) }
    }

    @Test("writes a long array with little spare capacity")
    func capacity() {
        var random = SplitMix(state: 7)
        let values = (0..<20_000).map { _ in random.anyDouble() }
        var writer = JSONWriter()
        writer.numbers(values, shape: [20_000])
        let bytes = writer.finish()
        #expect(Double(bytes.capacity) < 1.1 * Double(bytes.count) + 8192)
    }

    @Test("traps on a non-finite number, which is an error of the caller")
    func notFinite() async {
        await #expect(processExitsWith: .failure) { _ = written { $0.number(.nan) } }
        await #expect(processExitsWith: .failure) { _ = written { $0.number(-.infinity) } }
        await #expect(processExitsWith: .failure) {
            _ = written { $0.numbers([1, .infinity], shape: [2]) }
        }
    }
}
