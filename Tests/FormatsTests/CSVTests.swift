// SPDX-License-Identifier: Apache-2.0

import Formats
import SeededRandom
import TensorJSON
import Testing

@Suite("A table in CSV")
struct CSVTests {
    private static let fields = ["predictions", "targets", "weights", "mask"]

    private static func names(_ chosen: (String, [String])...) -> ColumnNames {
        ColumnNames(
            fields: fields,
            chosen: chosen.map { ColumnNames.Choice(field: $0.0, columns: $0.1) }
        )
    }

    private static func read(
        _ text: String,
        by size: Int = .max,
        _ names: ColumnNames = names()
    ) throws(FormatError) -> TableContents {
        var reader = CSVReader(names: names)
        return try reader.readAll(Array(text.utf8), by: size)
    }

    @Test("has the numbers of its columns, however it is split", arguments: [1, 2, 7, 100, .max])
    func numbers(size: Int) throws {
        let text = "predictions,targets\n0.5,1\n-1.25e-3,0\n3,2.0\n"
        let table = try Self.read(text, by: size)
        #expect(table.fields.map { $0.name } == ["predictions", "targets"])
        #expect(table.fields.allSatisfy { $0.shape.isEmpty })
        #expect(table["predictions"] == [0.5, -1.25e-3, 3])
        #expect(table["targets"] == [1, 0, 2])
        #expect(table.hasMissing == [false, false])
    }

    @Test("may end with or without a line end, of either kind", arguments: ["\n", "\r\n"])
    func lineEnds(end: String) throws {
        let lines = ["predictions,targets", "1,2", "3,4"]
        for text in [
            lines.joined(separator: end), lines.joined(separator: end) + end,
            lines.joined(separator: end) + end + end, end + lines.joined(separator: end),
            "\u{FEFF}" + lines.joined(separator: end),
            "\u{FEFF}" + end + lines.joined(separator: end), "predictions,targets\n1,2\r\n3,4",
        ] {
            for size in [1, 3, .max] {
                let table = try Self.read(text, by: size)
                #expect(table["predictions"] == [1, 3] && table["targets"] == [2, 4], "\(text)")
            }
        }
    }

    @Test("has labels of rows, however it is split", arguments: [1, 2, 7, 100, .max])
    func labels(size: Int) throws {
        let words = [
            "a", "0050", "1.0", "NA", "é", "e\u{301}", "x y", "\"q,\"\"\"", " b ", "\" c\"",
        ]
        let expected = ["a", "0050", "1.0", "NA", "é", "e\u{301}", "x y", "q,\"", "b", " c"]
        let lines = (0..<3_000).map { "\($0),\(words[$0 % words.count]),\(2 * $0)" }
        let names = ColumnNames(fields: ["predictions", "groups", "targets"], labels: ["groups"])
        for header in ["predictions,groups,targets", "id,groups,targets"] {
            let names =
                header.hasPrefix("id")
                ? ColumnNames(
                    fields: ["groups", "targets"],
                    chosen: [.init(field: "groups", columns: ["groups"])],
                    labels: ["groups"]
                ) : names
            let text = header + "\n" + lines.joined(separator: "\n")
            let table = try Self.read(text, by: size, names)
            #expect(table.count == 3_000)
            #expect(table["targets"] == (0..<3_000).map { Double(2 * $0) })
            let place = try #require(table.fields.firstIndex { $0.name == "groups" })
            #expect(table.fields[place].isLabel)
            let own = table.labels[place].map { Array($0.utf8) }
            #expect(own == (0..<3_000).map { Array(expected[$0 % expected.count].utf8) })
        }
    }

    @Test("takes back the memory of labels")
    func labelMemory() throws {
        let lines = (0..<20_000).map { "\(String(repeating: "k", count: $0 % 100 + 1)),1" }
        let names = ColumnNames(fields: ["groups", "targets"], labels: ["groups"])
        let meter = Meter(limit: 10_000_000)
        var reader = CSVReader(names: names)
        let text = "groups,targets\n" + lines.joined(separator: "\n")
        _ = try reader.readAll(Array(text.utf8), by: 1_000, meter)
        #expect(meter.bytes <= 200_000)
    }

    @Test("refuses labels that are not UTF-8, with the line", arguments: [1, .max])
    func invalidLabels(size: Int) throws {
        let names = ColumnNames(fields: ["groups", "targets"], labels: ["groups"])
        var reader = CSVReader(names: names)
        let bytes = Array("groups,targets\na,1\nb".utf8) + [0xFF] + Array(",2\n".utf8)
        let error = #expect(throws: FormatError.self) { _ = try reader.readAll(bytes, by: size) }
        #expect(error?.sentence == "Line 3, column \"groups\" is not valid UTF-8.")
    }

    @Test(
        "has missing values in several spellings",
        arguments: ["", "NA", "NaN", "nan", "NULL", "null", " ", "\"\"", "\"NA\""]
    )
    func missing(word: String) throws {
        let table = try Self.read("targets,predictions\n\(word),1\n2,\(word)\n")
        #expect(table.hasMissing == [true, true])
        #expect(table["predictions"]?[0] == 1 && table["targets"]?[1] == 2)
        #expect(table["predictions"]?[1].isNaN == true && table["targets"]?[0].isNaN == true)
    }

    @Test(
        "has numbers in the forms of other programs",
        arguments: zip(
            ["+1.5", ".5", "-.5", "5.", "\"2.5\"", " 7 ", "1e+05", "1E5", "True", "FALSE", "5.e2"],
            [1.5, 0.5, -0.5, 5, 2.5, 7, 1e5, 1e5, 1, 0, 500]
        )
    )
    func forms(text: String, number: Double) throws {
        #expect(try Self.read("predictions,targets\n\(text),\(text)\n")["targets"] == [number])
    }

    @Test("has rows of numbered columns, in any order")
    func rows() throws {
        let table = try Self.read("prediction_1,targets,prediction_0\n1,2,3\n4,5,6\n")
        #expect(table.fields.map { $0.name } == ["predictions", "targets"])
        #expect(table.fields.map { $0.shape } == [[2], []])
        #expect(table["predictions"] == [3, 1, 6, 4])
        #expect(try Self.read("predictions_0\n1\n")["predictions"] == [1])
        let gap = Self.refusal("predictions_0,predictions_2\n1,2\n")
        #expect(gap?.sentence.contains("no \"predictions_1\" in line 1") == true)
    }

    @Test("has columns that are chosen, and others that are not read")
    func chosen() throws {
        let names = Self.names(("predictions", ["score"]), ("targets", ["a", "c"]))
        let text = "id,score,a,b,c\n\"x,\"\"y\n\",0.5,1,no,2\nz,1.5,3,,4\n"
        for size in [1, 5, .max] {
            let table = try Self.read(text, by: size, names)
            #expect(table.fields.map { $0.shape } == [[], [2]])
            #expect(table["predictions"] == [0.5, 1.5])
            #expect(table["targets"] == [1, 2, 3, 4])
        }
        let prefix = Self.names(("predictions", ["p"]))
        let table = try Self.read("p_0,p_1,targets,other\n1,2,0,x\n", prefix)
        #expect(table["predictions"] == [1, 2] && table["targets"] == [0])
        let unknown = Self.refusal("score,b\n1,2\n", names)
        #expect(unknown?.sentence.contains("chooses \"a\" for \"targets\"") == true)
    }

    @Test("may have an index without a name as its first column only")
    func index() throws {
        let table = try Self.read("\"\",\"predictions\",\"targets\"\n\"1\",2,3\n\"b\",4,5\n")
        #expect(table["predictions"] == [2, 4] && table["targets"] == [3, 5])
        #expect(try Self.read(",predictions\n7,1\n")["predictions"] == [1])
        let unnamed = Self.refusal("predictions,\n1,2\n")
        #expect(unnamed?.sentence.hasPrefix("Column 2 has no name in line 1") == true)
    }

    @Test("has as many blocks as its rows need, with the same numbers")
    func long() throws {
        for columns in [1, 2, 5, 700] {
            let rows = 40_000 / columns
            var text = columns == 1 ? "predictions\n" : "targets"
            if columns > 1 { text += (1..<columns).map { ",p_\($0 - 1)" }.joined() + "\n" }
            for row in 0..<rows {
                text +=
                    (0..<columns).map { "\(Double(row * columns + $0) / 7)" }
                    .joined(separator: ",") + "\n"
            }
            let names = columns == 1 ? Self.names() : Self.names(("predictions", ["p"]))
            let whole = try Self.read(text, names)
            #expect(whole.count == rows)
            for row in [0, rows / 2, rows - 1] {
                let number = Double(row * columns) / 7
                #expect(whole[columns == 1 ? "predictions" : "targets"]?[row] == number)
            }
            for size in [1_000, 65_536] {
                let parts = try Self.read(text, by: size, names)
                #expect(parts == whole, "\(columns) columns, parts of \(size)")
            }
        }
    }

    private static func refusal(
        _ text: String,
        by size: Int = .max,
        _ names: ColumnNames = names()
    ) -> FormatError? {
        do throws(FormatError) {
            _ = try read(text, by: size, names)
            return nil
        } catch {
            return error
        }
    }

    private static let refusals: [(text: String, code: String, contains: String)] = [
        ("", "no_header", "must begin with a line of the names"),
        ("0.5,1\n0.25,3\n", "numbers_in_header", "Line 1 has numbers only"),
        ("predictions;targets\n0,5;1\n", "other_separator", "separated by semicolons"),
        ("predictions\ttargets\n0.5\t1\n", "other_separator", "separated by tabs"),
        ("predictions,predictions\n1,2\n", "repeated_column", "Two columns are named"),
        ("predictions,prediction_0,prediction_2\n1,2,3\n", "", ""),
        (
            "predictions,targets\n1\n", "wrong_count",
            "Line 2 has 1 cell, but the header has 2 columns."
        ),
        ("predictions,targets\n1,2\n0,5,1,5\n", "wrong_count", "Line 3 has 4 cells"),
        (
            "predictions,targets\n1,2\n\"0,5\",1\n", "decimal_comma",
            "Line 3, column \"predictions\" is \"0,5\""
        ),
        ("predictions,targets\n1,abc\n", "not_a_number", "Line 2, column \"targets\" is \"abc\""),
        ("predictions,targets\n1,01\n", "not_a_number", "\"01\""),
        ("predictions,targets\n1,1e999\n", "number_out_of_range", "is 1e999, which is too large"),
        ("predictions,targets\n1,-inf\n", "infinite", "is -inf, but numbers must be finite"),
        ("predictions,targets\n\"1\"2,3\n", "stray_quote", "Line 2 has a quote within a cell"),
        ("predictions,targets\n1,\"3\n4\n", "unclosed_quote", "begins in line 2"),
        ("predictions,targets\n1,2\r3,4\n", "stray_return", "Line 2 has a carriage return"),
        ("predictions\n1\n\n2\n", "blank_line", "Line 3 is blank"),
        ("predictions,targets\n\n1,2,3\n", "wrong_count", "Line 3 has 3 cells"),
        ("predictions,targets,mask\n\"a\nb\",2,3\n1,2\n", "not_a_number", "Line 2, column"),
    ]

    @Test(
        "has numbers with one point, and digits on a side of it",
        arguments: [
            ".", "-.", "6..5", "5..", "..5", "5.e", ".e5", "1.5.", "+-1", "+", "e5", "0x1F",
        ]
    )
    func notNumbers(text: String) {
        #expect(Self.refusal("predictions,targets\n1,\(text)\n")?.code == "not_a_number")
    }

    @Test("is refused with the line and the column, however it is split", arguments: refusals)
    func refused(text: String, code: String, contains: String) throws {
        guard !code.isEmpty else { return }
        for size in [.max, 1, 2, 5] {
            let error = try #require(Self.refusal(text, by: size), "\(text.debugDescription)")
            #expect(error.code == code, "\(text.debugDescription): \(error.sentence)")
            #expect(error.sentence.contains(contains), "\(error.sentence)")
            #expect(error.sentence.hasSuffix("."), "\(error.sentence)")
        }
    }

    @Test("has an error at the byte and the row of its cell")
    func position() throws {
        let text = "predictions,targets\n1,2\n3,x4\n"
        let error = try #require(Self.refusal(text))
        #expect(error.position == text.utf8.count - 3)
        #expect(error.tensor == "targets" && error.element?.index == [1])
        let row = try #require(Self.refusal("prediction_0,prediction_1\n1,2\n3,x\n"))
        #expect(row.element?.index == [1, 1] && row.tensor == "prediction_1")
    }

    @Test("has a last line that arrives with its line end after a part of it")
    func lastLine() throws {
        let text = Array("predictions\n1\n200000\n".utf8)
        for first in 1..<text.count {
            for second in 1...(text.count - first) {
                var reader = CSVReader(names: Self.names())
                var rows = 0
                for piece in [
                    text[..<first], text[first..<(first + second)], text[(first + second)...],
                ] {
                    let piece = Array(piece)
                    var index = 0
                    while let event = try reader.next(piece.span, from: &index, nil) {
                        if case .rows(let block) = event { rows += block.count }
                    }
                }
                reader.end()
                var index = 0
                let none: [UInt8] = []
                while let event = try reader.next(none.span, from: &index, nil) {
                    if case .rows(let block) = event { rows += block.count }
                }
                #expect(rows == 2, "\(first) and \(second)")
            }
        }
    }

    @Test("has a long line and many columns only up to a limit")
    func limits() throws {
        let long = "predictions,targets\n1,\"" + String(repeating: "\n", count: 9_000_000)
        #expect(Self.refusal(long, by: 1_000_000)?.code == "line_too_long")
        let wide = String(repeating: ",", count: CSVReader.mostColumns) + "\n"
        #expect(Self.refusal(wide)?.code == "too_many_columns")
    }

    @Test("is refused if the memory for it is refused")
    func memory() throws {
        let text = "predictions,targets\n" + String(repeating: "1.5,2.5\n", count: 10_000)
        var reader = CSVReader(names: Self.names())
        let meter = Meter(limit: 1_000)
        do throws(FormatError) {
            _ = try reader.readAll(Array(text.utf8), meter)
            Issue.record("nothing was refused")
        } catch {
            #expect(error.isOutOfMemory)
        }
        var other = CSVReader(names: Self.names())
        let large = Meter(limit: 1_000_000)
        _ = try other.readAll(Array(text.utf8), by: 100, large)
        #expect(large.bytes <= other.footprint && large.bytes > 0)
    }
}

@Suite("A table in NDJSON")
struct NDJSONTests {
    private static let fields = ["predictions", "targets", "weights", "mask"]

    private static func read(
        _ text: String,
        by size: Int = .max,
        chosen: [ColumnNames.Choice] = []
    ) throws(FormatError) -> TableContents {
        var reader = NDJSONReader(names: ColumnNames(fields: fields, chosen: chosen))
        return try reader.readAll(Array(text.utf8), by: size)
    }

    @Test("has the numbers of its objects, however it is split", arguments: [1, 5, 100, .max])
    func numbers(size: Int) throws {
        let text = """
            {"predictions":0.5,"targets":1}
            { "targets" : null, "predictions" : -2e3 }\r

            {"predictions":true,"targets":3}
            """
        let table = try Self.read(text, by: size)
        #expect(table["predictions"] == [0.5, -2e3, 1])
        #expect(table["targets"]?[0] == 1 && table["targets"]?[1].isNaN == true)
        #expect(table.hasMissing == [false, true])
    }

    @Test("may begin with a byte order mark", arguments: [1, 4, .max])
    func byteOrderMark(size: Int) throws {
        let table = try Self.read("\u{FEFF}{\"targets\":1}\n{\"targets\":2}", by: size)
        #expect(table["targets"] == [1, 2])
        #expect(throws: FormatError.self) { try Self.read("{\"targets\":1}\n\u{FEFF}{}") }
        #expect {
            try Self.read("\u{FEFF}{\"targets\":1,}")
        } throws: {
            ($0 as? FormatError)?.position == 16
        }
    }

    @Test(
        "has the same numbers whether its lines are like the first one or not",
        arguments: [100, 4_096, .max]
    )
    func alike(size: Int) throws {
        for first in [
            #"{"predictions":[0.5,1e-3],"targets":1}"#, #"{"predictions": [1, 2], "targets": 7} "#,
            "{\"targets\":null,\"predi\\u0063tions\":[0.25,3]}\r",
        ] {
            var text = first + "\n"
            for row in 1..<9_000 {
                let (one, two) = (Double(row) / 7, 1 - Double(row))
                let line =
                    switch row % 500 {
                    case 17: "{\"targets\":\(row),\"predictions\":[\(one),\(two)]}"
                    case 18: "{\"predictions\" :[\(one),\(two)],\"targets\":\(row)}"
                    case 19: "{\"predictions\":null,\"targets\":\(row)}"
                    case 20: "{\"predictions\":[null,\(two)],\"targets\":\(row)}\n"
                    default: Self.line(like: first, [one, two], row)
                    }
                text += line + "\n"
            }
            let table = try Self.read(text, by: size)
            let (predictions, targets) = (
                try #require(table["predictions"]), try #require(table["targets"])
            )
            #expect(predictions.count == 18_000 && targets.count == 9_000)
            for row in 1..<9_000 {
                guard targets[row] == Double(row), row % 500 != 19 else { continue }
                #expect(row % 500 == 20 || predictions[2 * row] == Double(row) / 7, "\(row)")
                #expect(predictions[2 * row + 1] == 1 - Double(row), "\(row)")
            }
            #expect(targets.dropFirst().elementsEqual((1..<9_000).map { Double($0) }))
            #expect(predictions.count { $0.isNaN } == 3 * 18)
        }
    }

    /// A line whose text is that of another one, but for its numbers.
    private static func line(like first: String, _ predictions: [Double], _ target: Int) -> String {
        if first.contains(": ") {
            return
                "{\"predictions\": [\(predictions[0]), \(predictions[1])], \"targets\": \(target)} "
        }
        let numbers = "[\(predictions[0]),\(predictions[1])]"
        return first.contains("null")
            ? "{\"targets\":\(target),\"predi\\u0063tions\":\(numbers)}\r"
            : "{\"predictions\":\(numbers),\"targets\":\(target)}"
    }

    @Test("names the line of an error after lines that are alike")
    func laterError() {
        let lines = String(repeating: "{\"predictions\":1,\"targets\":2}\n", count: 5_000)
        for (line, text) in [
            ("{\"predictions\":1e999,\"targets\":2}", "Line 5001"),
            ("{\"predictions\":01,\"targets\":2}", "Line 5001"),
            ("{\"predictions\":1,\"target\":2}", "5001"),
            ("{\"predictions\":[1],\"targets\":2}", "5001"),
        ] {
            for size in [999, .max] {
                var reader = NDJSONReader(names: ColumnNames(fields: Self.fields))
                #expect {
                    try reader.readAll(Array((lines + line + "\n").utf8), by: size)
                } throws: { error in
                    (error as? FormatError)?.sentence.contains(text) == true
                }
            }
        }
    }

    @Test("has arrays of one shape, and members that are chosen")
    func arrays() throws {
        let text = """
            {"predictions":[[1,2],[3,null]],"targets":5}
            {"predictions":null,"targets":6}
            {"targets":7,"predictions":[[1,2],[3,4]]}

            """
        let table = try Self.read(text)
        #expect(table.fields.map { $0.shape } == [[2, 2], []])
        #expect(table["targets"] == [5, 6, 7] && table["predictions"]?.count == 12)
        #expect(table["predictions"]?.suffix(4) == [1, 2, 3, 4])
        let scores = "{\"id\":\"a\",\"p_0\":1,\"p_1\":2}\n{\"p_0\":3,\"id\":{},\"p_1\":4}\n"
        let chosen = try Self.read(scores, chosen: [.init(field: "predictions", columns: ["p"])])
        #expect(chosen["predictions"] == [1, 2, 3, 4])
    }

    private static let refusals: [(text: String, code: String, contains: String)] = [
        ("{\"predictions\":1}\n{\"predictions\":}\n", "unexpected_byte", "Line 2 is not valid."),
        ("{\"predictions\":1}\n[1]\n", "unexpected_kind", "Line 2"),
        ("{\"predictions\":1} {}\n", "trailing_bytes", "Line 1"),
        ("{\"predictions\":\"1\"}\n", "unexpected_kind", "Line 1"),
        (
            "{\"predictions\":1,\"targets\":2}\n{\"predictions\":1}\n", "missing_member",
            "Line 2 has no \"targets\""
        ),
        (
            "{\"predictions\":1}\n{\"predictions\":1,\"b\":1}\n", "unknown_member",
            "Line 2 has a member \"b\""
        ),
        ("{\"predictions\":[1]}\n{\"predictions\":[1,2]}\n", "wrong_shape", "in line 2 is [2]"),
        ("{\"predictions\":1", "unexpected_end", "Line 1"),
        ("{\"predictions_0\":[1]}\n", "wrong_shape", "line 1 is [1]"),
    ]

    @Test("is refused with the line, however it is split", arguments: refusals)
    func refused(text: String, code: String, contains: String) throws {
        for size in [.max, 1, 7] {
            do throws(FormatError) {
                _ = try Self.read(text, by: size)
                Issue.record("\(text) was not refused")
            } catch {
                #expect(error.code == code, "\(error.sentence)")
                #expect(error.sentence.contains(contains), "\(error.sentence)")
            }
        }
    }
}

@Suite("The text of rows")
struct RowTextTests {
    private static let fields = [
        RowText.Field(name: "a", width: 1, isArray: false),
        RowText.Field(name: "b", width: 2, isArray: true),
        RowText.Field(name: "c", width: 0, isArray: true),
        RowText.Field(name: "d", width: 1, isArray: false),
    ]
    private static let columns: [[Double]] = [[1, .nan], [0.5, -2, 1e22, .nan], [], [3, 4]]

    @Test("has a line for each row")
    func lines() {
        let csv = RowText(csv: Self.fields)
        #expect(String(decoding: csv.header, as: UTF8.self) == "a,b_0,b_1,d\n")
        let text = csv.text(of: Self.columns, 0..<2)
        #expect(String(decoding: text, as: UTF8.self) == "1,0.5,-2,3\n,1e22,,4\n")
        let lines = RowText(ndjson: Self.fields).text(of: Self.columns, 0..<2)
        #expect(
            String(decoding: lines, as: UTF8.self)
                == "{\"a\":1,\"b\":[0.5,-2],\"c\":[],\"d\":3}\n{\"a\":null,\"b\":[1e22,null],\"c\":[],\"d\":4}\n"
        )
    }

    @Test("has the texts of its numbers, in rows of every length", arguments: [1, 2, 3, 17, 40])
    func numbers(width: Int) {
        var random = SplitMix(state: UInt64(width))
        for kind in 0..<4 {
            let rows = 100 / width + 3
            let numbers = (0..<rows * width).map { index -> Double in
                switch kind {
                case 0: Double(index % 7)
                case 1: Double.random(in: -1e9...1e9, using: &random).rounded()
                case 2: Double(bitPattern: random.next() & ~(1 << 62))
                default: index % 5 == 0 ? .nan : Double.random(in: -1...1, using: &random)
                }
            }
            let field = RowText.Field(name: "value", width: width, isArray: width > 1)
            func text(_ number: Double, _ missing: String) -> String {
                var writer = JSONWriter()
                if number.isNaN { return missing }
                writer.number(number)
                return String(decoding: writer.finish(), as: UTF8.self)
            }
            func lines(_ missing: String, _ start: String, _ end: String) -> String {
                (0..<rows).map { row in
                    let own = numbers[row * width..<(row + 1) * width].map { text($0, missing) }
                    return start + own.joined(separator: ",") + end
                }.joined()
            }
            let csv = RowText(csv: [field]).text(of: [numbers], 0..<rows)
            #expect(
                String(decoding: csv, as: UTF8.self) == lines(width == 1 ? "\"\"" : "", "", "\n")
            )
            let ndjson = RowText(ndjson: [field]).text(of: [numbers], 0..<rows)
            let (start, end) = width > 1 ? ("{\"value\":[", "]}\n") : ("{\"value\":", "}\n")
            #expect(String(decoding: ndjson, as: UTF8.self) == lines("null", start, end))
        }
    }
}
