// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import HTTPTypes
import LossAPI
import SeededRandom
import Testing

@Suite("A request with a line for each row")
struct TableFormatTests {
    private let client = TensorClient()
    private static let csv = "text/csv"
    private static let ndjson = "application/x-ndjson"

    /// The response to a body that arrives in segments on workers.
    private func stream(
        _ body: [UInt8],
        _ path: String,
        query: String? = nil,
        type: String = csv,
        segment: Int,
        limits: (inout Limits) -> Void = { _ in },
        budget: Int = 1 << 30
    ) -> (response: Response, refusal: Refusal?, peak: Int) {
        let head = RequestHead(
            method: .post,
            target: .resource(path: path, query: query),
            fields: RequestFields([.contentType: type])
        )
        guard case .accept(var intake, _) = Client(limits: limits).responder.receive(head) else {
            return (Response(status: .notFound), nil, 0)
        }
        let memory = MemoryAccount(MemoryBudget(limit: budget))
        var rest = body[...]
        var peak = 0
        repeat {
            let piece = rest.prefix(segment)
            rest = rest.dropFirst(piece.count)
            intake.receive(BodySegment(piece), isLast: rest.isEmpty, memory)
            peak = max(peak, memory.bytes, intake.footprint)
        } while !rest.isEmpty && !memory.endsWork
        var response = intake.makeResponse()
        if var rest = response.source {
            while !rest.isAtEnd { response.body += rest.next() }
        }
        return (response, memory.refusal, peak)
    }

    private func send(
        _ text: String,
        _ path: String = "/v1/losses/huber",
        query: String? = nil,
        type: String = csv,
        accept: String? = nil,
        by size: Int = .max
    ) -> Response {
        client.send(
            Array(text.utf8),
            path,
            query: query,
            type: type,
            accept: accept,
            pieceSize: size
        )
    }

    private func json(_ body: String, _ path: String = "/v1/losses/huber") -> [UInt8] {
        client.client.send(.post, path, body).body
    }

    private func detail(_ response: Response) throws -> String {
        try #require(try client.client.json(response)["detail"] as? String)
    }

    private static let table = "predictions,targets,weights\n0.2,0,1\n1.7,5,2\n"
    private static let lines = """
        {"predictions":0.2,"targets":0,"weights":1}
        {"predictions":1.7,"targets":5,"weights":2}

        """
    private static let inputs = #""predictions":[0.2,1.7],"targets":[0,5],"weights":[1,2]"#

    @Test("has the result of the same request in JSON", arguments: [1, 10, .max])
    func sameResult(size: Int) throws {
        let usual = json("{\(Self.inputs),\"outputs\":[\"loss\",\"statistics\"]}")
        #expect(send(Self.table, by: size).body == usual)
        #expect(send(Self.lines, type: Self.ndjson, by: size).body == usual)
        let query = "delta=0.5&outputs=loss,gradient,elements&reduction=sum"
        let whole = json(
            "{\(Self.inputs),\"delta\":0.5,\"outputs\":[\"loss\",\"gradient\",\"elements\"],"
                + "\"reduction\":\"sum\"}"
        )
        #expect(send(Self.table, query: query, by: size).body == whole)
        #expect(send(Self.lines, query: query, type: Self.ndjson, by: size).body == whole)
    }

    @Test("has rows of classes, missing values, and a mask")
    func rows() throws {
        let path = "/v1/losses/categorical_cross_entropy"
        let body = """
            {"predictions":[[0.5,0.25,0.25],[0.1,0.2,0.7],[0.3,0.3,0.4]],"targets":[0,null,2],
            "mask":[1,1,0],"missing":"skip","outputs":["loss","statistics"]}
            """
        let table = """
            prediction_0,prediction_1,prediction_2,targets,mask
            0.5,0.25,0.25,0,True
            0.1,0.2,0.7,NA,True
            0.3,0.3,0.4,2,False

            """
        let response = send(table, path, query: "missing=skip")
        #expect(response.status == .ok && response.body == json(body, path))
        let arrays = "{\"predictions\":[0.5,0.25,0.25],\"targets\":0,\"mask\":1}\n"
        #expect(send(arrays, path, type: Self.ndjson).status == .ok)
    }

    @Test(
        "has partial sums by group, which are texts, although rows are not kept",
        arguments: [1_000, .max]
    )
    func groups(size: Int) throws {
        let keys = ["a", "b c", "0050", "\u{E9}", "d,\"e\""]
        var random = SplitMix(state: 9)
        let rows = (0..<60_000).map { row in
            (keys[row % 7 % 5], Double.random(in: -1...1, using: &random))
        }
        let table =
            "groups,predictions,targets\n"
            + rows.map { key, number in
                "\"\(key.replacing("\"", with: "\"\""))\",\(number),0\n"
            }
            .joined()
        let lines = rows.map { key, number in
            #"{"groups":"\#(key.replacing("\"", with: "\\\""))","predictions":\#(number),"targets":0}"#
                + "\n"
        }
        let labels = rows.map { "\"\($0.0.replacing("\"", with: "\\\""))\"" }.joined(separator: ",")
        let zeros = Array(repeating: "0", count: rows.count).joined(separator: ",")
        let whole = json(
            #"{"predictions":\#(rows.map { $0.1 }),"targets":[\#(zeros)],"groups":[\#(labels)],"outputs":["partial"]}"#
        )
        #expect(send(table, query: "outputs=partial", by: size).body == whole)
        let own = send(lines.joined(), query: "outputs=partial", type: Self.ndjson, by: size)
        #expect(own.body == whole)
    }

    @Test("has at most as many groups as the limit, although rows are not kept")
    func tooManyGroups() throws {
        let few = Client({ $0.groups = 50 })
        let table =
            "predictions,targets,groups\n"
            + (0..<100_000).map { "1,0,\($0 / 1_600)\n" }.joined()
        let response = few.send(
            .post,
            "/v1/losses/huber?outputs=partial",
            table,
            fields: [.contentType: Self.csv]
        )
        #expect(response.problem == "too-many-groups")
    }

    /// A table of many rows, and the same request in JSON.
    private static func long(_ count: Int, _ extra: String = "") -> (table: [UInt8], json: String) {
        var random = SplitMix(state: 7)
        var lines = "predictions,targets,weights\n"
        var inputs = [[String]](repeating: [], count: 3)
        for row in 0..<count {
            let numbers = (0..<3).map { column in
                let number = Double.random(in: column == 2 ? 0...2 : -3...3, using: &random)
                return row % 97 == 5 && column == 1 ? "null" : "\(number)"
            }
            lines += numbers.joined(separator: ",") + "\n"
            for column in 0..<3 { inputs[column].append(numbers[column]) }
        }
        let members = zip(["predictions", "targets", "weights"], inputs).map { name, numbers in
            "\"\(name)\":[\(numbers.joined(separator: ","))]"
        }
        return (Array(lines.utf8), "{" + members.joined(separator: ",") + extra + "}")
    }

    @Test("has the same bits whether rows are kept or only summed")
    func streamed() throws {
        let (table, body) = Self.long(
            30_000,
            ",\"missing\":\"skip\",\"outputs\":[\"loss\",\"statistics\"]"
        )
        for reduction in ["mean", "sum", "element_mean", "batch_mean"] {
            let whole = json(body.dropLast() + ",\"reduction\":\"\(reduction)\"}")
            for segment in [100_000] {
                let query = "missing=skip&reduction=\(reduction)"
                let streamed = stream(table, "/v1/losses/huber", query: query, segment: segment)
                #expect(streamed.refusal == nil)
                #expect(streamed.response.body == whole, "\(reduction)")
            }
        }
        let named = stream(
            table,
            "/v1/losses/huber",
            query: "missing=skip&normalizer=12.5",
            segment: 300_000
        )
        #expect(named.response.body == json(body.dropLast() + ",\"normalizer\":12.5}"))
        // Its elements are results, so that all rows are kept.
        let kept = stream(
            table,
            "/v1/losses/huber",
            query: "missing=skip&outputs=loss,elements",
            segment: 300_000
        )
        let elements = try client.client.json(kept.response)
        #expect((elements["elements"] as? [Any])?.count == 30_000)
    }

    @Test("takes bounded memory, however long it is, if only sums are kept")
    func memory() throws {
        let (table, _) = Self.long(20_000)
        var rows = table
        for _ in 0..<9 { rows += table.drop { $0 != 10 }.dropFirst() }
        let query = "missing=skip"
        let streamed = stream(rows, "/v1/losses/huber", query: query, segment: 1_000_000)
        #expect(streamed.refusal == nil && streamed.response.status == .ok)
        #expect(streamed.peak < rows.count / 2, "\(streamed.peak) of \(rows.count)")
        let count = try client.client.json(streamed.response)["skipped"] as? Int
        #expect(count == 10 * (20_000 / 97 + 1))
        let kept = stream(
            rows,
            "/v1/losses/huber",
            query: query + "&outputs=elements",
            segment: 1_000_000,
            budget: 6_000_000
        )
        #expect(kept.refusal == .excessiveMemory)
    }

    @Test("is a stream if its result follows from sums over rows")
    func isStream() throws {
        func options(_ path: String, _ query: String?, _ fields: HTTPFields = [:]) -> IntakeOptions?
        {
            var fields = fields
            fields[.contentType] = Self.csv
            let head = RequestHead(
                method: .post,
                target: .resource(path: path, query: query),
                fields: RequestFields(fields)
            )
            guard case .accept(_, let options) = client.client.responder.receive(head) else {
                return nil
            }
            return options
        }
        #expect(options("/v1/losses/huber", nil)?.isStream == true)
        #expect(options("/v1/losses/huber", nil, [.acceptEncoding: "gzip"])?.isStream == true)
        #expect(options("/v1/losses/huber", "outputs=statistics")?.isStream == true)
        #expect(options("/v1/losses/huber", "outputs=loss,gradient")?.isStream == false)
        #expect(options("/v1/losses/huber", "reduction=none")?.isStream == false)
        #expect(options("/v1/losses/huber", nil, [.contentEncoding: "gzip"])?.isStream == false)
        #expect(options("/v1/losses/ctc", nil)?.isStream == false)
        #expect(options("/v1/penalties/l2", nil)?.isStream == true)
    }

    @Test("keeps the limit of bodies if rows depend on each other after all")
    func connected() throws {
        var lines = "prediction_0,prediction_1,targets\n"
        for _ in 0..<40_000 { lines += "0.00001,0.00002,1\n" }
        let path = "/v1/losses/categorical_cross_entropy"
        let refused = stream(
            Array(lines.utf8),
            path,
            query: "axis=0",
            segment: 100_000,
            limits: { $0.bodyBytes = 500_000 }
        )
        #expect(refused.response.status == .contentTooLarge)
        #expect(try detail(refused.response).contains("more than 500000 bytes (--body-bytes)"))
        let streamed = stream(
            Array(lines.utf8),
            path,
            query: "check_sums=false",
            segment: 100_000,
            limits: { $0.bodyBytes = 500_000 }
        )
        #expect(streamed.response.status == .ok)
    }

    @Test("may choose columns, and then has others")
    func columns() throws {
        let table = "id,score,label,note\na,0.2,0,x\nb,1.7,5,\"y,z\"\n"
        let usual = json(
            #"{"predictions":[0.2,1.7],"targets":[0,5],"outputs":["loss","statistics"]}"#
        )
        let query = "columns=predictions:score,targets:label"
        #expect(send(table, query: query).body == usual)
        let lines =
            "{\"score\":0.2,\"label\":0,\"note\":\"\"}\n{\"score\":1.7,\"label\":5,\"note\":[]}\n"
        #expect(send(lines, query: query, type: Self.ndjson).body == usual)
        let own = "predictions,label,x\n0.2,0,\n1.7,5,\n"
        #expect(send(own, query: "columns=targets:label").body == usual)
        let several = "a,b,targets\n0.5,0.5,1\n"
        let rows = send(
            several,
            "/v1/losses/cross_entropy",
            query: "columns=predictions:a,predictions:b"
        )
        #expect(rows.status == .ok)
        #expect(send(table, query: "columns=predictions%3Ascore,targets%3Alabel").body == usual)
    }

    @Test("has a result in the media type that its client knows")
    func synonyms() {
        for accept in ["application/jsonl", "application/x-jsonlines, */*;q=0.1"] {
            let response = send(Self.table, accept: accept)
            #expect(response.fields[.contentType] == Self.ndjson, "\(accept)")
        }
        // Columns may be named by numbers, as those of a frame without names.
        let numbered = send("0,1\n0.2,0\n1.7,5\n", query: "columns=predictions:0,targets:1")
        #expect(numbered.status == .ok)
    }

    @Test("that is too long says which rows may be of any length")
    func advice() throws {
        let responder = client.client.responder
        for (request, text) in [
            ("csv", "Prefer: respond-streaming"), ("json", "application/vnd.safetensors"),
            ("npy", nil),
        ] {
            let formats = RouteName.Formats(request: request, result: "json")
            let route = RouteName("/v1/losses/{loss}", entry: "huber").with(formats)
            let refused = responder.response(
                to: .bodyTooLarge,
                route: route,
                length: nil,
                limits: Limits()
            )
            let detail = try detail(refused)
            #expect(
                text.map { detail.contains($0) } ?? detail.hasSuffix("normalizer."),
                "\(request)"
            )
        }
    }

    private static let refusals:
        [(
            text: String, query: String?, problem: String, pointer: String?, contains: String
        )] = [
            (
                "predictions,target\n1,2\n", nil, "unknown-field", "/target",
                "Unknown field \"target\". Use \"targets\"."
            ),
            (
                "predictions,label\n1,2\n", nil, "unknown-field", "/label",
                "Allowed fields: predictions, targets, weights, mask, groups. The field columns of the query"
            ),
            (
                "predictions\n1\n", nil, "missing-field", "/targets",
                "The field \"targets\" is missing"
            ),
            (
                "predictions,targets,delta\n1,2,1\n", nil, "wrong-kind", "/delta",
                "belongs in the query"
            ),
            (
                "predictions,targets\n1,x\n", nil, "wrong-kind", "/targets/0",
                "Line 2, column \"targets\""
            ),
            (
                "predictions,targets\n1,\n", nil, "missing-value", "/targets/0",
                "targets[0] in line 2"
            ),
            (
                "predictions,targets,weights\n1,1,1\n1,1,\n", nil, "missing-value", "/weights/1",
                "weights[1] in line 3 is a missing value, but must be a number"
            ),
            (
                "predictions,targets,weights\n1,1,1\n1,1,-2\n", nil, "outside-domain", "/weights/1",
                "Row 1 is in line 3."
            ),
            ("predictions,targets\n1,1e999\n", nil, "number-too-large", "/targets/0", "too large"),
            ("predictions,targets\n", nil, "empty-input", "/predictions", "at least one number"),
            ("", nil, "malformed-table", nil, "The body is empty"),
            ("a;b\n", nil, "malformed-table", nil, "semicolons"),
            (
                "predictions,targets\n1,2\n", "columns=score", "not-allowed", nil,
                "such as predictions:score"
            ),
            (
                "predictions,targets\n1,2\n", "columns=delta:a", "not-allowed", nil,
                "Fields: predictions"
            ),
            (
                "predictions,targets\n1,2\n", "columns=targets:a", "not-allowed", "/targets",
                "chooses \"a\" for \"targets\""
            ),
            (
                "score,label\n1,2\n", "columns=targets:a", "not-allowed", "/targets",
                "Its columns: \"score\", \"label\"."
            ),
            (
                "score,label\n1,2\n", "column=targets:label", "unknown-field", nil,
                "Did you mean \"columns\"?"
            ),
            ("predictions,targets\n1,2\n", "dtype=f32", "conflicting-options", nil, "is JSON"),
            ("predictions,targets\n1,2\n", "bogus=1", "unknown-field", nil, "Unknown field"),
            (
                "predictions,targets\n1,2\n", "weights=1", "unknown-field", nil,
                "belongs in the body"
            ),
        ]

    @Test("is refused with the line and what would be accepted", arguments: refusals.indices)
    func refused(index: Int) throws {
        let sample = Self.refusals[index]
        for size in [1, .max] {
            let response = send(sample.text, query: sample.query, by: size)
            #expect(response.problem == sample.problem, "\(sample)")
            let problem = try client.client.json(response)
            #expect(problem["pointer"] as? String == sample.pointer, "\(problem)")
            let detail = try detail(response)
            #expect(detail.contains(sample.contains) && detail.hasSuffix("."), "\(detail)")
            #expect((problem["position"] != nil) == (sample.problem == "malformed-table"))
        }
    }

    @Test("is refused with the place in all rows, if only sums are kept")
    func place() throws {
        var lines = "predictions,targets\n"
        for _ in 0..<50_000 { lines += "0.5,1\n" }
        lines += "0.5,1.5\n"
        let path = "/v1/losses/binary_cross_entropy"
        let (response, _, _) = stream(Array(lines.utf8), path, segment: 100_000)
        let problem = try client.client.json(response)
        #expect(problem["pointer"] as? String == "/targets/50000")
        #expect(try detail(response).contains("Row 50000 is in line 50002."))
    }

    @Test("has types with parameters, and others that are refused")
    func types() throws {
        let usual = send(Self.table).body
        for type in [
            "text/csv; charset=utf-8", "Text/CSV; header=present; charset=\"UTF-8\"",
        ] {
            #expect(send(Self.table, type: type).body == usual)
        }
        for type in [
            "application/ndjson", "application/jsonl", "application/x-ndjson;charset=utf-8",
        ] {
            #expect(send(Self.lines, type: type).body == usual)
        }
        for type in ["text/csv; header=absent", "text/csv; charset=latin1"] {
            let response = send(Self.table, type: type)
            #expect(response.problem == "unsupported-media-type")
            #expect(try detail(response).contains("text/csv in UTF-8 with a header"))
        }
        let named = send(Self.table, query: "format=csv", type: "application/octet-stream")
        #expect(named.body == usual)
    }

    @Test("may have a result with a line for each row")
    func results() throws {
        let query = "outputs=loss,gradient,elements"
        let table = send(Self.table, query: query, accept: "text/csv")
        #expect(table.fields[.contentType] == "text/csv")
        let lines = String(decoding: table.body, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 3 && lines[0] == "gradient,elements")
        let result = String(decoding: send(Self.table, query: query).body, as: UTF8.self)
        func numbers(_ name: String) -> [Substring] {
            let start = result.ranges(of: "\"\(name)\":[").first?.upperBound ?? result.startIndex
            return result[start...].prefix { $0 != "]" }.split(separator: ",")
        }
        let loss = try #require(HTTPField.Name("Loss"))
        let normalizer = try #require(HTTPField.Name("Loss-Normalizer"))
        #expect(result.contains("\"loss\":\(table.fields[loss] ?? ""),"))
        #expect(table.fields[normalizer] == "3")
        let cells = lines.dropFirst().map { $0.split(separator: ",") }
        #expect(cells.map { $0[0] } == numbers("gradient"))
        #expect(cells.map { $0[1] } == numbers("elements"))
        let objects = send(Self.lines, query: query, type: Self.ndjson, accept: Self.ndjson)
        let own = cells.map { "{\"gradient\":\($0[0]),\"elements\":\($0[1])}\n" }.joined()
        #expect(String(decoding: objects.body, as: UTF8.self) == own)
        let rows = send(
            "prediction_0,prediction_1,targets\n0.5,0.5,1\n0.25,0.75,0\n",
            "/v1/losses/cross_entropy",
            query: "outputs=gradient",
            accept: "text/csv"
        )
        #expect(String(decoding: rows.body, as: UTF8.self).hasPrefix("gradient_0,gradient_1\n"))
    }

    @Test("has a result without arrays in one row")
    func summaries() throws {
        let table = send(Self.table, accept: "text/csv;q=1, */*;q=0.1")
        let lines = String(decoding: table.body, as: UTF8.self).split(separator: "\n")
        #expect(
            lines.first
                == "loss,normalizer,count,mean,variance,standard_error,least,least_place,greatest,greatest_place"
        )
        #expect(lines.count == 2 && lines[1].hasSuffix(",1"))
        let object = send(Self.table, accept: Self.ndjson)
        #expect(object.body == send(Self.table).body + [10])
        let fromJSON = client.client.send(
            .post,
            "/v1/losses/huber",
            "{\(Self.inputs)}",
            fields: [.contentType: "application/json", .accept: "text/csv"]
        )
        #expect(String(decoding: fromJSON.body, as: UTF8.self).hasPrefix("gradient\n"))
        let mixed = client.client.send(
            .post,
            "/v1/losses/gaussian_nll",
            #"{"mean":[1],"variance":[1],"targets":[2],"outputs":["gradient"]}"#,
            fields: [.contentType: "application/json", .accept: "text/csv"]
        )
        #expect(String(decoding: mixed.body, as: UTF8.self).hasPrefix("gradients.mean"))
    }

    @Test("may have a long result, produced part by part")
    func longResult() throws {
        let (table, _) = Self.long(40_000)
        let response = client.send(
            table,
            query: "missing=skip&outputs=elements",
            type: Self.csv,
            accept: "text/csv"
        )
        let lines = String(decoding: response.body, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 40_002 && lines[6] == "\"\"" && !lines[7].isEmpty)
    }
}

/// Files that libraries write by default, and one in the form that Excel documents.
@Suite("A table that a library writes by default")
struct LibraryTableTests {
    private static let files = [
        "pandas.csv", "polars.csv", "duckdb.csv", "r.csv", "excel.csv", "pandas.ndjson",
        "polars.ndjson", "duckdb.ndjson",
    ]

    @Test("has the result of the same numbers in JSON", arguments: files)
    func result(file: String) throws {
        let body = Array(try text("Tests/Clients/tables/\(file)").utf8)
        // Some have fewer digits of 1/3 than others.
        let third = [
            "r.csv": "0.333333333333333", "excel.csv": "0.333333333",
            "pandas.ndjson": "0.3333333333",
        ]
        let usual = """
            {"predictions":[0.25,-0.75,1e-7,123456.789,2,\(third[file] ?? "0.3333333333333333")],
            "targets":[0.5,null,-3,1e22,2,7],"mask":[1,1,1,1,0,1],"missing":"skip",
            "outputs":["loss","statistics"]}
            """
        let client = TensorClient()
        let whole = client.client.send(.post, "/v1/losses/huber", usual)
        #expect(whole.status == .ok)
        for size in [1, 10, .max] {
            let response = client.send(
                body,
                query: "missing=skip",
                type: file.hasSuffix(".csv") ? "text/csv" : "application/x-ndjson",
                pieceSize: size
            )
            #expect(
                response.body == whole.body,
                "\(String(decoding: response.body, as: UTF8.self))"
            )
        }
    }
}
