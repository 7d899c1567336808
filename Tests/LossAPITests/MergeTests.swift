// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import HTTPTypes
import LossAPI
import SeededRandom
import Testing

@Suite("Partial sums over HTTP")
struct MergeTests {
    private let client = Client()
    private static let ndjson = "application/x-ndjson"

    private func object(_ path: String, _ body: String, status: Int = 200) throws -> [String: Any] {
        let response = client.send(.post, path, body)
        #expect(response.status.code == status, "\(String(decoding: response.body, as: UTF8.self))")
        return try client.json(response)
    }

    /// The text of the member of a result.
    private func partial(_ path: String, _ body: String) throws -> String {
        let response = client.send(.post, path, body)
        try #require(response.status == .ok, "\(String(decoding: response.body, as: UTF8.self))")
        let text = String(decoding: response.body, as: UTF8.self)
        let start = try #require(text.range(of: #""partial":"#))
        return String(text[start.upperBound...].dropLast())
    }

    private struct Rows {
        var predictions: [Double] = []
        var targets: [Double] = []
        var weights: [Double] = []
        var groups: [String] = []

        /// A request for the sums of a range of rows.
        func body(_ range: Range<Int>, isGrouped: Bool) -> String {
            let groups = groups[range].map { "\"\($0)\"" }.joined(separator: ",")
            return """
                {"predictions":\(predictions[range]),"targets":\(targets[range]),
                "weights":\(weights[range]),"outputs":["partial"],"offset":\(range.lowerBound)
                \(isGrouped ? ",\"groups\":[\(groups)]" : "")}
                """
        }
    }

    private func rows(_ count: Int, _ random: inout SplitMix) -> Rows {
        var rows = Rows()
        for _ in 0..<count {
            let scale = Double(
                sign: .plus,
                exponent: .random(in: -40...40, using: &random),
                significand: 1
            )
            rows.predictions.append(.random(in: -1...1, using: &random) * scale)
            rows.targets.append(.random(in: -1...1, using: &random))
            rows.weights.append(Double(Int.random(in: 0...3, using: &random)) / 4)
            rows.groups.append(["", "a", "é", "e\u{301}", "b"].randomElement(using: &random) ?? "")
        }
        return rows
    }

    @Test(
        "merge to the bytes of the whole, however it was cut and in whatever order",
        arguments: [false, true]
    )
    func cuts(isGrouped: Bool) throws {
        var random = SplitMix(state: isGrouped ? 2 : 1)
        let rows = rows(40, &random)
        for path in ["/v1/losses/huber", "/v1/losses/log_cosh?", "/v1/losses/pseudo_huber"] {
            let whole = try partial(path, rows.body(0..<40, isGrouped: isGrouped))
            for _ in 0..<20 {
                var ends = (0..<4).map { _ in Int.random(in: 1..<40, using: &random) }
                ends = Array(Set(ends + [40])).sorted()
                let starts = [0] + ends.dropLast()
                var parts = try zip(starts, ends).map {
                    try partial(path, rows.body($0..<$1, isGrouped: isGrouped))
                }
                parts.shuffle(using: &random)
                let body = #"{"outputs":["partial"],"partials":[\#(parts.joined(separator: ","))]}"#
                let merged = client.send(.post, "/v1/merge", body)
                let text = String(decoding: merged.body, as: UTF8.self)
                #expect(text.contains(#""partial":\#(whole)"#))
            }
        }
    }

    @Test("have the loss and the statistics of the whole")
    func results() throws {
        var random = SplitMix(state: 3)
        let rows = rows(30, &random)
        let parts = try [0..<7, 7..<8, 8..<30].map {
            try partial("/v1/losses/huber", rows.body($0, isGrouped: false))
        }
        for reduction in ["mean", "sum", "element_mean"] {
            let body =
                #"{"partials":[\#(parts.joined(separator: ","))],"reduction":"\#(reduction)"}"#
            let merged = try object("/v1/merge", body)
            let whole = try object(
                "/v1/losses/huber",
                rows.body(0..<30, isGrouped: false).replacing(
                    #""outputs":["partial"],"offset":0"#,
                    with: #""outputs":["loss","statistics"],"reduction":"\#(reduction)""#
                )
            )
            #expect(merged["loss"] as? Double == whole["loss"] as? Double)
            #expect(merged["normalizer"] as? Double == whole["normalizer"] as? Double)
            let statistics = try #require(merged["statistics"] as? [String: Any])
            let expected = try #require(whole["statistics"] as? [String: Any])
            for name in ["count", "mean", "variance", "standard_error"] {
                #expect(statistics[name] as? Double == expected[name] as? Double, "\(name)")
            }
            let greatest = try #require(statistics["greatest"] as? [String: Any])
            let place = try #require((expected["greatest"] as? [String: Any])?["place"] as? [Int])
            #expect(greatest["index"] as? Int == place[0])
        }
    }

    @Test("are given by group, in the order of the bytes of the keys")
    func groups() throws {
        let body = """
            {"predictions":[1,2,3,4],"targets":[0,0,0,0],"groups":["b","a","b","c"],
            "mask":[1,1,1,0],"outputs":["partial"]}
            """
        let part = try partial("/v1/losses/absolute_error", body)
        let merged = try object("/v1/merge", #"{"partials":[\#(part)],"outputs":["loss"]}"#)
        #expect(merged["loss"] as? Double == 2)
        let groups = try #require(merged["groups"] as? [[String: Any]])
        #expect(groups.map { $0["group"] as? String } == ["a", "b", "c"])
        #expect(groups.map { $0["count"] as? Int } == [1, 2, 0])
        #expect(groups.map { $0["loss"] as? Double } == [2, 2, nil])
        // Integers are the groups of their digits.
        let numbered = try partial(
            "/v1/losses/absolute_error",
            #"{"predictions":[1,2],"targets":[0,0],"groups":[7,-1],"outputs":["partial"]}"#
        )
        #expect(numbered.contains(#""group":"-1""#) && numbered.contains(#""group":"7""#))
    }

    @Test(
        "are read from lines as from a list, in pieces of any size",
        arguments: [1, 7, 1_000_000]
    )
    func lines(size: Int) throws {
        let parts = try [0.5, 1.5, -2].map {
            try partial(
                "/v1/losses/huber",
                #"{"predictions":[\#($0)],"targets":[0],"outputs":["partial"]}"#
            )
        }
        let list = #"{"partials":[\#(parts.joined(separator: ","))],"reduction":"sum"}"#
        let expected = client.send(.post, "/v1/merge", list)
        #expect(expected.status == .ok)
        for text in [list, "\n" + parts.joined(separator: "\r\n") + "\n\n"] {
            let isList = text == list
            let response = client.send(
                .post,
                "/v1/merge" + (isList ? "" : "?reduction=sum"),
                bytes: Array(text.utf8),
                pieceSize: size,
                fields: [.contentType: isList ? "application/json" : Self.ndjson]
            )
            #expect(response.body == expected.body)
        }
    }

    @Test("are read the same, or refused for the same reason, however their text is written")
    func forms() throws {
        var random = SplitMix(state: 5)
        let rows = rows(12, &random)
        let parts = try [false, true].map {
            try partial("/v1/losses/huber", rows.body(0..<12, isGrouped: $0))
        }
        let empty = try partial(
            "/v1/losses/huber",
            #"{"predictions":[1],"targets":[0],"mask":[0],"groups":["\u0007\"x"],"outputs":["partial"]}"#
        )
        for valid in parts + [empty] {
            let spaced = valid.replacing(",", with: ", ").replacing(":", with: ": ")
            #expect(try merged(spaced) == merged(valid))
            #expect(try merged(valid).status == 200)
            let bytes = Array(valid.utf8)
            for _ in 0..<100 {
                var damaged = bytes
                let place = Int.random(in: damaged.indices, using: &random)
                let other = bytes[Int.random(in: bytes.indices, using: &random)]
                switch random.next() % 4 {
                case 0: damaged.remove(at: place)
                case 1: damaged.insert(other, at: place)
                case 2: damaged.insert(UInt8(ascii: " "), at: place)
                default: damaged[place] = other
                }
                let text = String(decoding: damaged, as: UTF8.self)
                // A space before a colon is in no usual form.
                let unusual = text.replacing(#""groups":["#, with: #""groups" :["#)
                #expect(try merged(text) == merged(unusual), "\(text)")
            }
        }
    }

    /// The result of merging a partial sum with itself, or the kind of problem and its pointer.
    private struct Outcome: Equatable {
        var status: Int
        var text: String
    }

    private func merged(_ part: String) throws -> Outcome {
        let list = client.send(
            .post,
            "/v1/merge",
            #"{"outputs":["partial"],"partials":[\#(part),\#(part)]}"#
        )
        let lines = client.send(
            .post,
            "/v1/merge?outputs=partial",
            part + "\n" + part,
            fields: [.contentType: Self.ndjson]
        )
        guard list.status == .ok else {
            // A part may end a line, or the list, earlier than expected.
            #expect(lines.status != .ok || part.contains("\n"), "\(part)")
            let problem = try client.json(list)
            let members = ["type", "pointer"].map { "\(problem[$0] ?? "")" }
            return Outcome(status: list.status.code, text: members.joined(separator: " "))
        }
        #expect(lines.body == list.body)
        return Outcome(status: 200, text: String(decoding: list.body, as: UTF8.self))
    }

    @Test("that do not merge are refused with the difference")
    func refusals() throws {
        let part = try partial(
            "/v1/losses/huber",
            #"{"predictions":[1],"targets":[0],"outputs":["partial"]}"#
        )
        let others = [
            part.replacing("huber", with: "mse").replacing(
                #""options":{"delta":1}"#,
                with: #""options":{}"#
            ),
            part.replacing(#""numerics":1"#, with: #""numerics":2"#),
            part.replacing(#""delta":1"#, with: #""delta":2"#),
        ]
        for (other, word) in zip(others, ["squared_error", "revision", "delta"]) {
            let other = other.replacing("\"mse\"", with: "\"squared_error\"")
            let problem = try object(
                "/v1/merge",
                #"{"partials":[\#(part),\#(other)]}"#,
                status: 409
            )
            #expect(problem["type"] as? String == "/problems/unlike-partials")
            #expect(problem["pointer"] as? String == "/partials/1")
            #expect((problem["detail"] as? String)?.contains(word) == true)
        }
        let cases: [(body: String, pointer: String?, type: String)] = [
            (#"{"partials":[]}"#, "/partials", "missing-field"),
            (#"{}"#, "/partials", "missing-field"),
            (#"{"partial":[]}"#, "/partial", "unknown-field"),
            (#"{"partials":[\#(part)],"reduction":"none"}"#, "/reduction", "not-allowed"),
            (#"{"partials":[\#(part)],"normalizer":0}"#, "/normalizer", "out-of-range"),
            (#"{"partials":[\#(part)],"outputs":["gradient"]}"#, "/outputs/0", "not-allowed"),
            (
                #"{"partials":[\#(part.replacing(#""count":"1""#, with: #""count":"x""#))]}"#,
                "/partials/0/groups/0/count", "wrong-kind"
            ),
            (
                #"{"partials":[\#(part)],"reduction":"sum","normalizer":2}"#, "/normalizer",
                "conflicting-options"
            ),
            (
                #"{"partials":[\#(part.replacing(#""weight":"1p0""#, with: #""weight":"1p-5000""#))]}"#,
                "/partials/0/groups/0/weight", "wrong-kind"
            ),
        ]
        for (body, pointer, type) in cases {
            let problem = try object("/v1/merge", body, status: 422)
            #expect(problem["type"] as? String == "/problems/" + type, "\(body)")
            #expect(problem["pointer"] as? String == pointer, "\(body)")
        }
        let revision = part.replacing(#""numerics":1"#, with: #""numerics":2"#)
        _ = try object("/v1/merge", #"{"partials":[\#(revision)]}"#, status: 409)
        let repeated = client.send(
            .post,
            "/v1/merge?reduction=sum",
            #"{"partials":[\#(part)],"reduction":"mean"}"#
        )
        #expect(repeated.problem == "conflicting-options")
        let line = client.send(
            .post,
            "/v1/merge",
            part + "\n{",
            fields: [.contentType: Self.ndjson]
        )
        #expect(line.status == .badRequest)
        #expect(String(decoding: line.body, as: UTF8.self).contains("Line 2: "))
    }

    @Test("of nothing are refused, unless no result needs a loss")
    func nothing() throws {
        let empty = try partial(
            "/v1/losses/huber",
            #"{"predictions":[1],"targets":[0],"mask":[0],"outputs":["partial"]}"#
        )
        for fields in [#""reduction":"mean""#, #""reduction":"sum""#, #""outputs":["statistics"]"#]
        {
            let problem = try object(
                "/v1/merge",
                #"{"partials":[\#(empty)],\#(fields)}"#,
                status: 422
            )
            #expect(problem["type"] as? String == "/problems/nothing-to-average")
            #expect(problem["pointer"] as? String == "/partials")
        }
        for fields in [#""outputs":["partial"]"#, #""reduction":"sum","outputs":["loss"]"#] {
            _ = try object("/v1/merge", #"{"partials":[\#(empty)],\#(fields)}"#)
        }
    }

    @Test("need fields that agree with each other")
    func fields() throws {
        let numbers = #""predictions":[1,2],"targets":[0,0]"#
        let cases: [(body: String, pointer: String, type: String)] = [
            (#"{\#(numbers),"groups":["a","b"]}"#, "/groups", "conflicting-options"),
            (#"{\#(numbers),"offset":1}"#, "/offset", "conflicting-options"),
            (#"{\#(numbers),"groups":["a"],"outputs":["partial"]}"#, "/groups", "shape-mismatch"),
            (#"{\#(numbers),"groups":["a",1],"outputs":["partial"]}"#, "/groups/1", "wrong-kind"),
            (#"{\#(numbers),"groups":[0.5,1],"outputs":["partial"]}"#, "/groups/0", "wrong-kind"),
            (#"{\#(numbers),"offset":-1,"outputs":["partial"]}"#, "/offset", "out-of-range"),
        ]
        for (body, pointer, type) in cases {
            let problem = try object("/v1/losses/huber", body, status: 422)
            #expect(problem["type"] as? String == "/problems/" + type, "\(body)")
            #expect(problem["pointer"] as? String == pointer, "\(body)")
        }
        // The loss of a batch is not a sum over its parts.
        let batch = try object("/v1/losses/nt_xent", #"{"outputs":["partial"]}"#, status: 422)
        #expect((batch["allowed"] as? [String])?.contains("partial") == false)
        // A part may have nothing to average.
        let empty = try partial(
            "/v1/losses/huber",
            #"{\#(numbers),"mask":[0,0],"outputs":["partial"]}"#
        )
        #expect(empty.contains(#""count":"0""#))
    }

    @Test("of more groups than the limit are refused")
    func limit() throws {
        let client = Client { $0.groups = 2 }
        let body =
            #"{"predictions":[1,2,3],"targets":[0,0,0],"groups":[1,2,3],"outputs":["partial"]}"#
        let response = client.send(.post, "/v1/losses/huber", body)
        #expect(response.status == .contentTooLarge)
        #expect(response.problem == "too-many-groups")
        let parts = try (1...3).map {
            try partial(
                "/v1/losses/huber",
                #"{"predictions":[1],"targets":[0],"groups":[\#($0)],"outputs":["partial"]}"#
            )
        }
        let merged = client.send(
            .post,
            "/v1/merge",
            #"{"partials":[\#(parts.joined(separator: ","))]}"#
        )
        #expect(merged.problem == "too-many-groups")
    }

    @Test("of the rows of a table are those of arrays")
    func tables() throws {
        let expected = try partial(
            "/v1/losses/huber",
            #"{"predictions":[1,2,3],"targets":[0,0,1],"groups":[7,8,7],"outputs":["partial"]}"#
        )
        let csv = client.send(
            .post,
            "/v1/losses/huber?outputs=partial",
            "predictions,targets,groups\n1,0,7\n2,0,8\n3,1,7\n",
            fields: [.contentType: "text/csv"]
        )
        #expect(String(decoding: csv.body, as: UTF8.self).contains(expected))
        let refused = client.send(
            .post,
            "/v1/losses/huber?outputs=partial",
            "predictions,targets\n1,0\n",
            fields: [.contentType: "text/csv", .accept: "text/csv"]
        )
        #expect(refused.problem == "conflicting-options")
    }

    @Test("are computed by POST only")
    func methods() {
        let response = client.send(.get, "/v1/merge")
        #expect(response.status == .methodNotAllowed)
        #expect(response.fields[.allow] == "OPTIONS, POST")
        #expect(client.send(.options, "/v1/merge").fields[.allow] == "OPTIONS, POST")
        let csv = client.send(.post, "/v1/merge", "a", fields: [.contentType: "text/csv"])
        #expect(csv.status == .unsupportedMediaType)
    }
}
