// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TensorJSON

@Suite("Nested arrays of numbers")
struct RectangleTests {
    @Test(
        "have the shape in which they are nested",
        arguments: [
            ("5", [], [5]), ("[]", [0], []), ("[5]", [1], [5]), ("[[]]", [1, 0], []),
            ("[[],[]]", [2, 0], []), ("[[[]],[[]]]", [2, 1, 0], []),
            ("[[1,2],[3,4],[5,6]]", [3, 2], [1, 2, 3, 4, 5, 6]),
            ("[[[1],[2]],[[3],[4]]]", [2, 2, 1], [1, 2, 3, 4]),
            (" [ [ 1 ,\n2 ] , [ 3\t,4 ] ] ", [2, 2], [1, 2, 3, 4]),
        ] as [(String, [Int], [Double])]
    )
    func shape(text: String, shape: [Int], values: [Double]) throws {
        let array = NumberArray(shape: shape, values: values)
        #expect(try numbers(text) == array)
        // The same within an object, with other bytes after it.
        var reader = JSONReader(Array("{\"a\":\(text),\"b\":0}".utf8))
        try reader.beginObject()
        #expect(try reader.nextKey() == "a")
        #expect(try reader.readNumbers() == array)
        #expect(try reader.nextKey() == "b")
    }

    @Test(
        "are read correctly across block boundaries",
        arguments: [1, 127, 128, 129, 255, 256, 257, 5000]
    )
    func blocks(count: Int) throws {
        let values = (0..<count).map { Double($0) / 8 }
        let text = written { $0.numbers(values, shape: [count]) }
        #expect(try numbers(text) == NumberArray(shape: [count], values: values))
        let columns = written { $0.numbers(values, shape: [count, 1]) }
        #expect(try numbers(columns) == NumberArray(shape: [count, 1], values: values))
        let cube = written { $0.numbers(values + values + values, shape: [3, 1, count]) }
        #expect(try numbers(cube).shape == [3, 1, count])
    }

    @Test(
        "are rejected at the first invalid row or number",
        arguments: [
            ("[[1,2],[3],[4,5,6]]", "/1", 7, "ragged_array"),
            ("[[1,2],[3,4],[5,6,7]]", "/2", 13, "ragged_array"),
            ("[[[1],[2]],[[3],[4,5]]]", "/1/1", 16, "ragged_array"),
            ("[[[1],[2]],[[3]]]", "/1", 11, "ragged_array"),
            ("[[],[1]]", "/1", 4, "ragged_array"),
            ("[[1],[]]", "/1", 5, "ragged_array"),
            ("[1,[2]]", "/1", 3, "mixed_array"),
            ("[[1],2]", "/1", 5, "mixed_array"),
            ("[[1],[[2]]]", "/1/0", 6, "mixed_array"),
            ("[[[1]],[2]]", "/1/0", 8, "mixed_array"),
            ("[1,\"2\"]", "/1", 3, "unexpected_kind"),
            ("[[1,2],[3,null]]", "/1/1", 10, "unexpected_kind"),
            ("[[1],{}]", "/1", 5, "unexpected_kind"),
            ("[[1],[true]]", "/1/0", 6, "unexpected_kind"),
            ("[[1],[-1e400]]", "/1/0", 6, "number_out_of_range"),
            ("[[1],[2,NaN]]", "/1/1", 8, "nan_token"),
            ("[[1],[2,3", "/1", 9, "unexpected_end"),
            ("[[1],[2,", "/1", 8, "unexpected_end"),
            ("[[1],[2]", "", 8, "unexpected_end"),
            ("[[1],[2", "/1", 7, "unexpected_end"),
            ("[[1],", "", 5, "unexpected_end"),
            ("[[1],[2}", "/1", 7, "unexpected_byte"),
            ("[[1][2]]", "", 4, "unexpected_byte"),
            ("[[1],[2,]]", "/1", 8, "trailing_comma"),
            ("[[1],]", "", 5, "trailing_comma"),
        ] as [(String, String, Int, String)]
    )
    func rejected(text: String, pointer: String, position: Int, code: String) throws {
        let error = try numbersError(text)
        #expect(error.code == code)
        #expect(error.pointer == pointer)
        #expect(error.position == position)
    }

    @Test("are rejected with the index of an invalid number far into a row")
    func farIndex() throws {
        let zeros = String(repeating: "0.25,", count: 1000)
        #expect(try numbersError("[\(zeros)x]").pointer == "/1000")
        #expect(try numbersError("[[1],[\(zeros)x]]").pointer == "/1/1000")
        #expect(try numbersError("[[\(zeros)1],[\(zeros)\"\"]]").pointer == "/1/1000")
    }

    @Test("are rejected with both lengths of a ragged row")
    func lengths() throws {
        #expect(try numbersError("[[1,2],[3]]").reason == .raggedArray(length: 1, expected: 2))
        #expect(
            try numbersError("[[[1],[2]],[[3]]]").reason == .raggedArray(length: 1, expected: 2)
        )
    }

    @Test("are rejected with the kinds expected instead of another kind")
    func expected() throws {
        func expected(_ text: String) throws -> [JSONKind] {
            guard case .unexpectedKind(_, let expected, _) = try numbersError(text).reason else {
                return []
            }
            return expected
        }
        #expect(try expected("null") == [.number, .array])
        #expect(try expected("[null]") == [.number, .array])
        #expect(try expected("[1,null]") == [.number])
        #expect(try expected("[[1],null]") == [.array])
        #expect(try expected("[[1],[null]]") == [.number])
        #expect(try expected("[[null]]") == [.number, .array])
    }

    @Test("count towards the maximum depth together with the enclosing containers")
    func depth() throws {
        func read(_ text: String, maximumDepth: Int) throws {
            var reader = JSONReader(Array(text.utf8), maximumDepth: maximumDepth)
            try reader.beginObject()
            _ = try reader.nextKey()
            _ = try reader.readNumbers()
        }
        try read("{\"a\":[[1]]}", maximumDepth: 3)
        let error = try #require(throws: JSONError.self) {
            try read("{\"a\":[[1]]}", maximumDepth: 2)
        }
        #expect(error.reason == .tooDeep(limit: 2))
        #expect(error.position == 6)
        #expect(error.pointer == "/a/0")
    }

    @Test("that are very deep or very many use memory in proportion to their bodies")
    func hostile() throws {
        let count = 200_000
        #expect(try numbersError(String(repeating: "[", count: count)).code == "too_deep")
        #expect(try skipError(String(repeating: "[", count: count)).code == "too_deep")
        #expect(try skipError(String(repeating: "{\"a\":", count: count)).code == "too_deep")
        let empties = "[" + String(repeating: "[],", count: count) + "[]]"
        #expect(try numbers(empties) == NumberArray(shape: [count + 1, 0], values: []))
        // A first block of short numbers leads to an estimate that is too high.
        let uneven =
            "[" + String(repeating: "0,", count: 300)
            + String(repeating: "0.12345678901234567,", count: 2000) + "1]"
        let values = try numbers(uneven).values
        #expect(values.count == 2301)
        #expect(values.capacity * 8 <= 4 * uneven.utf8.count + 4096)
    }
}
