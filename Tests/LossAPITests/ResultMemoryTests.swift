// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import HTTPTypes
import LossAPI
import Testing

@Suite("The memory charged for a request") struct ResultMemoryTests {
    private let client = Client()

    /// The intake of a request that has received its body, on a worker.
    private func intake(
        _ path: String,
        _ body: [UInt8],
        _ fields: HTTPFields = [:]
    ) throws -> (intake: any Intake, options: IntakeOptions) {
        let head = RequestHead(
            method: .post,
            target: .resource(path: path, query: nil),
            fields: RequestFields(fields)
        )
        guard case .accept(var intake, let options) = client.responder.receive(head) else {
            throw Refused()
        }
        let memory = MemoryAccount(MemoryBudget(limit: 1 << 30))
        intake.receive(BodySegment(body[...]), isLast: true, memory)
        return (intake, options)
    }

    private struct Refused: Error {}

    /// The memory that is held for a response before it is sent, in bytes.
    private func held(_ response: Response) -> Int {
        response.body.capacity + (response.source?.footprint ?? 0)
    }

    private static func inference(_ count: Int, _ more: String = "") -> [UInt8] {
        let tensors = [("predictions", "0.1234567890123456"), ("targets", "0.7")].map {
            name,
            number in
            let numbers = Array(repeating: number, count: count).joined(separator: ",")
            return
                #"{"name":"\#(name)","shape":[\#(count)],"datatype":"FP64","data":[\#(numbers)]}"#
        }
        return Array(#"{"inputs":[\#(tensors.joined(separator: ","))]\#(more)}"#.utf8)
    }

    @Test("of the Open Inference Protocol covers the texts of its result, which is sent in parts")
    func texts() throws {
        let path = "/v2/models/huber/infer"
        let mixed =
            #","outputs":[{"name":"gradient"},{"name":"loss","parameters":{"binary_data":true}}]"#
        let binary = #","parameters":{"binary_data_output":true}"#
        for more in ["", mixed, binary] {
            var (intake, _) = try intake(path, Self.inference(100_000, more))
            let charged = intake.responseFootprint
            let response = intake.makeResponse()
            #expect(response.status == .ok)
            #expect(held(response) <= charged, "\(more)")
            #expect(response.body.count <= 300_000, "\(more)")
            var rest = try #require(response.source)
            while !rest.isAtEnd { #expect(rest.next().capacity <= 300_000, "\(more)") }
        }
    }

    @Test("of the Open Inference Protocol covers its identifier, which the response repeats")
    func identifier() throws {
        let path = "/v2/models/huber/infer"
        let id = String(repeating: "i", count: 60_000)
        let (without, _) = try intake(path, Self.inference(2))
        let (with, _) = try intake(path, Self.inference(2, #","id":"\#(id)""#))
        #expect(with.footprint - without.footprint >= id.utf8.count)
        #expect(with.responseFootprint - without.responseFootprint >= id.utf8.count)
    }

    @Test("covers the arrays of many penalties", arguments: ["x-npz", "vnd.safetensors", "x-npy"])
    func penalties(format: String) throws {
        let penalty = #"{"penalty":"l1","parameters":[1]}"#
        let penalties = Array(repeating: penalty, count: 5_000).joined(separator: ",")
        let body = #"{"predictions":[1],"targets":[0],"regularization":[\#(penalties)]}"#
        var (intake, _) = try intake(
            "/v1/losses/huber",
            Array(body.utf8),
            [.contentType: "application/json", .accept: "application/" + format]
        )
        let charged = intake.responseFootprint
        let response = intake.makeResponse()
        #expect(response.status == .ok)
        var length = response.body.count
        if var rest = response.source { while !rest.isAtEnd { length += rest.next().count } }
        // The headers are held as they are made and once more while arrays grow.
        #expect(2 * length <= charged)
    }

    @Test("covers the room for small numbers that have not arrived")
    func narrowNumbers() throws {
        let header = #"{"predictions":{"dtype":"U8","shape":[16000],"data_offsets":[0,16000]}}"#
        let count = UInt64(header.utf8.count)
        let start = (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
        let body = start + Array(header.utf8) + [UInt8](repeating: 1, count: 4_000)
        let head = RequestHead(
            method: .post,
            target: .resource(path: "/v1/losses/huber", query: nil),
            fields: RequestFields([.contentType: "application/vnd.safetensors"])
        )
        guard case .accept(var intake, let options) = client.responder.receive(head) else {
            throw Refused()
        }
        _ = intake.receive(body.span, isLast: false)
        let charged = options.numberFootprint * body.count / options.leastNumberBytes
        #expect(intake.footprint <= charged)
    }

    /// A row for each of some groups whose keys are long and, in text, are escaped.
    private static func grouped(_ count: Int) -> (inputs: String, groups: String) {
        let keys = (0..<count).map { "\"\($0)\(String(repeating: #"\u0001"#, count: 5_000))\"" }
        let numbers = [Int](repeating: 1, count: count)
        return (
            #""predictions":\#(numbers),"targets":\#(numbers)"#,
            #""groups":[\#(keys.joined(separator: ","))]"#
        )
    }

    /// The response to a request in JSON, which the memory charged for it must cover.
    private func covered(_ path: String, _ body: String) throws -> String {
        var (intake, _) = try intake(path, Array(body.utf8), [.contentType: "application/json"])
        let charged = intake.responseFootprint
        let response = intake.makeResponse()
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(response.status == .ok, "\(text.prefix(300))")
        #expect(held(response) <= charged)
        return text
    }

    @Test("covers the keys of groups in its result")
    func keys() throws {
        let (inputs, groups) = Self.grouped(100)
        let sums = try covered(
            "/v1/losses/huber",
            "{\(inputs),\(groups),\"outputs\":[\"partial\"]}"
        )
        let partial = try #require(sums.firstRange(of: #""partial":"#))
        let partials = #""partials":[\#(sums[partial.upperBound...].dropLast())]"#
        _ = try covered("/v1/merge", #"{\#(partials),"outputs":["loss","partial"]}"#)
        _ = try covered(
            "/v1/evaluations",
            #"{"inputs":{\#(inputs)},\#(groups),"losses":["huber"]}"#
        )
    }
}
