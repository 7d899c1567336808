// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import HTTPTypes
import LossAPI
import SeededRandom
import Testing

@Suite("A request that prefers a response while it is sent")
struct StreamedRowsTests {
    private static let csv = "text/csv"
    private static let ndjson = "application/x-ndjson"

    /// A response as its client receives it.
    private struct Received {
        var fields: ResponseFields = .none
        var status: HTTPResponse.Status?
        /// The content of each part.
        var parts: [String] = []
        var trailers: ResponseFields = .none
        /// The problem that ends it after its beginning.
        var problem = ""
        var refusal: Refusal?
        var peak = 0

        var text: String { parts.joined() }
        var lines: [Substring] { text.split(separator: "\n") }
        /// Whether it has begun before the end of the request.
        var isStreamed: Bool { fields.fields[.preferenceApplied] == "respond-streaming" }
    }

    private func head(
        _ path: String,
        _ query: String?,
        type: String,
        _ more: HTTPFields = [.prefer: "respond-streaming"],
        version: Version = .http11
    ) -> RequestHead {
        var fields = more
        fields[.contentType] = type
        return RequestHead(
            method: .post,
            target: .resource(path: path, query: query),
            version: version,
            fields: RequestFields(fields)
        )
    }

    /// Sends a body in segments to workers.
    private func stream(
        _ body: String,
        _ path: String = "/v1/losses/huber",
        query: String? = "outputs=gradient&reduction=sum",
        type: String = csv,
        fields more: HTTPFields = [.prefer: "respond-streaming"],
        segment: Int = 30,
        limits: (inout Limits) -> Void = { _ in },
        budget: Int = 1 << 30
    ) -> Received {
        let client = Client(limits: limits)
        var received = Received()
        guard
            case .accept(var intake, _) =
                client.responder.receive(head(path, query, type: type, more))
        else { return received }
        func add(_ response: Response) {
            if received.status == nil {
                (received.status, received.fields) = (response.status, response.fields)
            } else if !response.problem.isEmpty {
                received.problem = response.problem
            }
            var text = response.body
            if var rest = response.source { while !rest.isAtEnd { text += rest.next() } }
            received.parts.append(String(decoding: text, as: UTF8.self))
            if case .end(let trailers) = response.extent { received.trailers = trailers }
        }
        let budget = MemoryBudget(limit: budget)
        var rest = Array(body.utf8)[...]
        while !rest.isEmpty {
            let memory = MemoryAccount(budget)
            let piece = rest.prefix(segment)
            rest = rest.dropFirst(piece.count)
            intake.receive(BodySegment(piece), isLast: false, memory)
            received.refusal = memory.refusal
            received.peak = max(received.peak, memory.bytes, intake.footprint)
            guard memory.refusal == nil else { return received }
            if let part = intake.takePart() {
                add(part)
                guard case .part = part.extent else { return received }
            }
        }
        add(intake.makeResponse())
        return received
    }

    /// The lines of the usual response to the same request.
    private func usual(
        _ body: String,
        _ path: String,
        query: String?,
        type: String
    ) -> Response {
        let path = path + (query.map { "?" + $0 } ?? "")
        return Client().send(
            .post,
            path,
            bytes: Array(body.utf8),
            fields: [.contentType: type, .accept: type]
        )
    }

    private static let table = "predictions,targets\n0.2,0\n1.7,5\n0.25,0.5\n"

    @Test("has the rows, then the loss and the statistics in trailers")
    func rows() throws {
        let query = "outputs=loss,gradient,elements,statistics&reduction=sum"
        let received = stream(Self.table, query: query, segment: 34)
        #expect(received.isStreamed && received.status == .ok)
        #expect(received.fields[.contentType] == Self.csv)
        #expect(received.fields[.trailer]?.contains("Loss, Loss-Normalizer") == true)
        #expect(
            received.parts == [
                "gradient,elements\n0.2,0.020000000000000004\n-1,2.8\n", "-0.25,0.03125\n", "",
            ]
        )
        let response = usual(Self.table, "/v1/losses/huber", query: query, type: Self.csv)
        #expect(received.text == String(decoding: response.body, as: UTF8.self))
        for name in ["Loss", "Loss-Normalizer", "Loss-Statistics"] {
            let name = try #require(HTTPField.Name(name))
            #expect(received.trailers[name] != nil && received.fields[name] == nil)
            #expect(received.trailers[name] == response.fields[name])
        }
    }

    @Test("has the result of all rows in a last line of NDJSON")
    func lastLine() throws {
        let lines = """
            {"predictions":0.2,"targets":0}
            {"predictions":1.7,"targets":5}

            """
        let query = "outputs=loss,gradient&reduction=sum"
        let received = stream(lines, query: query, type: Self.ndjson, segment: 33)
        #expect(received.isStreamed)
        #expect(
            received.parts == [
                "{\"gradient\":0.2}\n", "{\"gradient\":-1}\n",
                "{\"result\":{\"loss\":2.82,\"normalizer\":1}}\n",
            ]
        )
        // A request in one format has its response in another.
        let both: HTTPFields = [.prefer: "respond-streaming", .accept: Self.ndjson]
        let mixed = stream(Self.table, query: query, fields: both)
        #expect(mixed.lines.first == "{\"gradient\":0.2}" && mixed.lines.count == 4)
    }

    /// Rows of two inputs, weights and some missing values, with weights of many magnitudes.
    private static func long(_ count: Int) -> String {
        var random = SplitMix(state: 11)
        var lines = "predictions,targets,weights\n"
        for row in 0..<count {
            let weight =
                row % 1_000 == 777 ? 0x1p-200 : Double.random(in: 0...2, using: &random)
            let target = row % 97 == 5 ? "" : "\(Double.random(in: -3...3, using: &random))"
            lines += "\(Double.random(in: -3...3, using: &random)),\(target),\(weight)\n"
        }
        return lines
    }

    @Test("has the bits of the usual response", arguments: [700, 100_000])
    func sameBits(segment: Int) {
        let table = Self.long(6_000)
        for query in [
            "reduction=sum&outputs=gradient,elements,loss,statistics",
            "reduction=none&outputs=loss,gradient,hessian",
            "normalizer=1234.5&outputs=gradient,loss",
            "normalizer=1e-290&outputs=gradient", "reduction=none&outputs=elements,statistics",
        ] {
            let query = query + "&missing=skip"
            let received = stream(table, query: query, segment: segment)
            let response = usual(table, "/v1/losses/huber", query: query, type: Self.csv)
            #expect(received.isStreamed && received.refusal == nil, "\(query)")
            #expect(received.text == String(decoding: response.body, as: UTF8.self), "\(query)")
            for field in received.trailers.fields {
                #expect(field.value == response.fields[field.name], "\(query) \(field.name)")
            }
            #expect(received.parts.count > table.utf8.count / segment)
        }
    }

    @Test("has the bits of the usual response for every loss of elements or rows")
    func everyLoss() throws {
        let client = Client()
        let list = try client.json(client.send(.get, "/v1/losses"))
        let names = try #require(list["losses"] as? [[String: Any]]).compactMap {
            $0["name"] as? String
        }
        var streamed = 0
        for name in names {
            let examples = try client.json(client.send(.get, "/v1/losses/\(name)/examples"))
            let example = try #require((examples["examples"] as? [[String: Any]])?.first)
            let request = try #require(example["request"] as? [String: Any])
            let columns = request.filter { ($0.value as? [Any])?.isEmpty == false }
            let count = columns.values.compactMap { ($0 as? [Any])?.count }.max() ?? 0
            let rows = try (0..<count).compactMap { row in
                try columns.values.allSatisfy { ($0 as? [Any])?.count == count }
                    ? JSONSerialization.data(
                        withJSONObject: columns.compactMapValues { ($0 as? [Any])?[row] }
                    ) : nil
            }
            let lines = rows.map { String(decoding: $0, as: UTF8.self) + "\n" }.joined()
            let path = "/v1/losses/\(name)"
            let query = "reduction=sum&outputs=gradient,elements"
            let response = usual(lines, path, query: query, type: Self.ndjson)
            guard response.status == .ok else { continue }
            let received = stream(lines, path, query: query, type: Self.ndjson, segment: 40)
            guard received.isStreamed else { continue }
            streamed += 1
            #expect(
                received.lines.dropLast().elementsEqual(
                    String(decoding: response.body, as: UTF8.self).split(separator: "\n")
                ),
                "\(name)"
            )
        }
        #expect(streamed > 60, "\(streamed) of \(names.count)")
    }

    @Test("ends with the problem of a later row, and says nothing before it is whole")
    func laterProblem() throws {
        let table = "predictions,targets\n" + String(repeating: "1,2\n", count: 20)
        let received = stream(table + "1,x\n" + "1,2\n", segment: 40)
        #expect(received.isStreamed && received.problem == "wrong-kind")
        let last = try #require(received.parts.last)
        #expect(last.contains("Line 22, column \\\"targets\\\""))
        #expect(received.text.hasPrefix("gradient\n-1\n-1\n"))
        let weights = "predictions,targets,weights\n" + String(repeating: "1,2,1\n", count: 20)
        let negative = stream(weights + "1,2,-1\n", segment: 40)
        #expect(negative.problem == "outside-domain")
        #expect(try #require(negative.parts.last).contains("\"pointer\":\"/weights/20\""))
        // Nothing is left to average only once all rows are known.
        let empty = stream(
            "predictions,targets\n1,\n1,\n",
            query: "outputs=gradient,statistics&reduction=sum&missing=skip",
            segment: 24
        )
        #expect(empty.isStreamed && empty.problem == "nothing-to-average")
    }

    @Test("is refused at once if the first rows are")
    func firstProblem() {
        let received = stream("predictions,targets\n1,x\n" + String(repeating: "1,2\n", count: 20))
        #expect(received.status == .unprocessableContent && !received.isStreamed)
        #expect(received.parts.count == 1)
        let none = stream("predictions,targets\n")
        #expect(none.status == .ok && !none.isStreamed && none.text == "gradient\n")
        #expect(stream("", query: "outputs=gradient&reduction=sum").status == .badRequest)
    }

    @Test("varies with the preference, whether it is applied or not")
    func varies() {
        let own = "Accept, Accept-Encoding, Prefer"
        let streamed = stream("predictions,targets\n1,2\n")
        #expect(streamed.isStreamed && streamed.fields.fields[.vary] == own)
        let usual = stream("predictions,targets\n1,2\n", fields: [:])
        #expect(!usual.isStreamed && usual.fields.fields[.vary] == own)
        let other = stream("predictions,targets\n1,2\n", fields: [.accept: "application/json"])
        #expect(!other.isStreamed && other.fields.fields[.vary] == own)
        let tensors = stream("{\"predictions\":[1],\"targets\":[2]}", type: "application/json")
        #expect(tensors.fields.fields[.vary] == "Accept, Accept-Encoding")
    }

    @Test("has the usual response if it cannot be answered so")
    func ignored() throws {
        func isStreamed(
            _ query: String?,
            _ path: String = "/v1/losses/huber",
            type: String = Self.csv,
            version: Version = .http11,
            fields more: HTTPFields = [:]
        ) -> Bool? {
            var fields = more
            fields[.prefer] = fields[.prefer] ?? "respond-streaming"
            let head = head(path, query, type: type, fields, version: version)
            guard case .accept(let intake, let options) = Client().responder.receive(head) else {
                return nil
            }
            #expect(intake.respondsConcurrently == options.respondsConcurrently)
            return options.respondsConcurrently
        }
        let gradient = "outputs=gradient&reduction=sum"
        #expect(isStreamed(gradient) == true)
        #expect(isStreamed(gradient, type: Self.ndjson) == true)
        #expect(isStreamed("outputs=loss,gradient&normalizer=3") == true)
        #expect(isStreamed("reduction=none") == true)
        #expect(isStreamed(gradient, fields: [.prefer: "wait=3, Respond-Streaming;x=1"]) == true)
        #expect(isStreamed(gradient, fields: [.acceptEncoding: "gzip"]) == true)
        #expect(isStreamed(gradient, fields: [.prefer: "wait=3"]) == false)
        #expect(isStreamed(gradient, fields: [.prefer: "respond-streaming=no"]) == false)
        #expect(isStreamed(nil) == false)
        #expect(isStreamed("outputs=gradient") == false)
        #expect(isStreamed("outputs=gradient&reduction=batch_mean") == false)
        #expect(isStreamed("outputs=gradient,partial&reduction=sum") == false)
        #expect(isStreamed(gradient, type: "application/json") == false)
        #expect(isStreamed(gradient, version: .http10) == false)
        #expect(isStreamed(gradient, fields: [.accept: "application/json"]) == false)
        #expect(isStreamed(gradient, fields: [.contentEncoding: "gzip"]) == false)
        #expect(isStreamed(gradient, fields: [.acceptEncoding: "gzip, identity;q=0"]) == false)
        #expect(isStreamed(gradient, "/v1/losses/nt_xent") == false)
        let path = "/v1/losses/categorical_cross_entropy"
        let rows = "prediction_0,prediction_1,targets\n0.5,0.5,1\n0.5,0.5,0\n"
        let query = gradient + "&check_sums=false"
        #expect(stream(rows, path, query: query).isStreamed)
        // The classes are in different rows.
        let connected = stream(rows, path, query: query + "&axis=0")
        #expect(!connected.isStreamed && connected.status == .ok)
        #expect(connected.fields[.contentType] == Self.csv)
        // JSON is the usual result of a table.
        let both: HTTPFields = [.prefer: "respond-streaming", .accept: "application/json"]
        let asked = stream(Self.table, fields: both)
        #expect(asked.fields[.contentType] == "application/json" && asked.parts.count == 1)
    }

    @Test("takes bounded memory, however long it is, and the limit of streams")
    func memory() {
        var lines = "predictions,targets\n"
        for _ in 0..<100_000 { lines += "0.1,0.3\n" }
        let limits = { (limits: inout Limits) in limits.bodyBytes = 1_000 }
        let received = stream(lines, segment: 64 * 1_024, limits: limits)
        #expect(received.isStreamed && received.lines.count == 100_001)
        #expect(received.peak < 4_000_000, "\(received.peak)")
        // Three numbers a row, as texts, do not fit.
        let refused = stream(lines, segment: 64 * 1_024, limits: limits, budget: 300_000)
        #expect(refused.refusal == .excessiveMemory)
        let options = head("/v1/losses/huber", "outputs=gradient&reduction=sum", type: Self.csv)
        guard case .accept(_, let intake) = Client().responder.receive(options) else { return }
        #expect(intake.isStream)
    }
}

extension HTTPField.Name {
    fileprivate static let prefer = HTTPField.Name("Prefer") ?? .accept
    fileprivate static let preferenceApplied = HTTPField.Name("Preference-Applied") ?? .accept
}
