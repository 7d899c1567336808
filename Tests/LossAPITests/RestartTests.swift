// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import HTTPTypes
import LossAPI
import LossFacts
import LossFunctions
import Testing

@Suite("The intake of a repeated request")
struct RestartTests {
    private static let names =
        (Catalogue.losses.map { "losses/" + $0.facts.name })
        + (Catalogue.penalties.map { "penalties/" + $0.facts.name })

    private let client = Client()

    /// The intake that a request begins with, and whether it may be restarted.
    private func accepted(
        _ client: Client,
        _ target: RequestTarget
    ) throws -> (intake: any Intake, isRepeatable: Bool) {
        let head = RequestHead(
            method: .post,
            target: target,
            fields: RequestFields([.contentType: "application/json"])
        )
        let reception = client.responder.receive(head)
        var accepted: (intake: any Intake, isRepeatable: Bool)?
        if case .accept(let intake, let options) = reception {
            accepted = (intake, options.isRepeatable)
        }
        return try #require(accepted)
    }

    /// The response to a body.
    private func response(of intake: inout any Intake, to body: [UInt8]) -> [UInt8] {
        intake.expect(length: body.count)
        _ = intake.receive(body.span, isLast: true)
        return intake.makeResponse().body
    }

    /// Restarts an intake, outside of a macro, which cannot mutate it.
    private func restart(_ intake: inout any Intake) -> Bool { intake.restart() }

    @Test("answers each of many bodies as if it were the first", arguments: names)
    func alike(path: String) throws {
        let examples = try client.json(client.send(.get, "/v1/\(path)/examples"))
        let requests = try #require(examples["examples"] as? [[String: Any]])
        let target = RequestTarget.resource(path: "/v1/\(path)", query: nil)
        var (intake, isRepeatable) = try accepted(client, target)
        #expect(isRepeatable)
        for example in requests + requests.reversed() {
            let request = try #require(example["request"])
            let body = Array(try JSONSerialization.data(withJSONObject: request))
            var (fresh, _) = try accepted(client, target)
            #expect(response(of: &intake, to: body) == response(of: &fresh, to: body))
            #expect(restart(&intake))
        }
    }

    @Test("keeps the options of the query, and forgets those of the body")
    func query() throws {
        let target = RequestTarget.resource(path: "/v1/losses/huber", query: "delta=2")
        var (intake, _) = try accepted(client, target)
        let data = #""predictions":[9],"targets":[0]"#
        let plain = Array("{\(data)}".utf8)
        let first = response(of: &intake, to: plain)
        #expect(restart(&intake))
        let sum = Array("{\(data),\"reduction\":\"sum\",\"weights\":[3]}".utf8)
        #expect(response(of: &intake, to: sum) != first)
        #expect(restart(&intake))
        #expect(response(of: &intake, to: plain) == first)
    }

    @Test("is not restarted after a refusal, nor in the middle of a body")
    func refusals() throws {
        let target = RequestTarget.resource(path: "/v1/losses/mse", query: nil)
        for body in [#"{"predictions":[1],"targets":[1,2]"#, #"{"predictions":"#, "["] {
            var (intake, _) = try accepted(client, target)
            _ = intake.receive(Array(body.utf8).span, isLast: false)
            #expect(!restart(&intake))
            _ = intake.makeResponse()
            #expect(!restart(&intake))
        }
    }

    @Test("keeps little memory")
    func footprint() throws {
        let target = RequestTarget.resource(path: "/v1/losses/mse", query: nil)
        var (intake, _) = try accepted(client, target)
        let numbers = [String](repeating: "0.25", count: 20_000).joined(separator: ",")
        let body = Array(#"{"predictions":[\#(numbers)],"targets":[\#(numbers)]}"#.utf8)
        _ = response(of: &intake, to: body)
        #expect(restart(&intake))
        #expect(intake.footprint <= 1_024)
    }

    @Test("is not restarted where access is checked")
    func access() throws {
        let guarded = Client { $0.echoes = true }
        let target = RequestTarget.resource(path: "/v1/losses/mse", query: nil)
        #expect(try !accepted(guarded, target).isRepeatable)
    }
}
