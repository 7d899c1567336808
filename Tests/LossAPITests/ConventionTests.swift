// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossAPI
import Testing

@Suite("A convention")
struct ConventionTests {
    @Test("reports the time of each stage")
    func times() throws {
        let body = #"{"predictions":[1,2],"targets":[0,0]}"#
        let times = try #require(Client().send(.post, "/v1/losses/mse", body).times)
        // The clock advances by a millisecond per reading, and is read before and after each stage.
        #expect(times.parse == 1_000_000)
        #expect(times.compute == 1_000_000)
        #expect(times.serialize == 1_000_000)
        #expect(Client().send(.get, "/v1/losses").times == nil)
    }

    @Test("omits the time of serializing a response that is streamed")
    func timesOfStreamedResponses() throws {
        let numbers = Array(repeating: "1", count: 20_000).joined(separator: ",")
        let body = #"{"predictions":[\#(numbers)],"targets":[\#(numbers)]}"#
        let times = try #require(Client().send(.post, "/v1/losses/mse", body).times)
        #expect(times.serialize == nil)
    }

    @Test("describes health in detail on request")
    func health() throws {
        let type = "application/health+json"
        for accept in [type, "application/json;q=0.5, \(type)", "text/html, \(type);q=0.1"] {
            let response = Client().send(.get, "/readyz", fields: [.accept: accept])
            #expect(response.fields[.contentType] == type)
            let health = try Client().json(response)
            #expect(health["status"] as? String == "pass")
            #expect(health["releaseId"] as? String == Release.version)
        }
        for accept in ["*/*", "application/json", "\(type);q=0", "\(type);q=0.5, application/json"]
        {
            let response = Client().send(.get, "/readyz", fields: [.accept: accept])
            #expect(response.fields[.contentType] == "application/json", "\(accept)")
            #expect(response.fields[.vary] == "Accept")
        }
        let readiness = Readiness()
        let responder = LossResponder(readiness: readiness, clock: Ticker().now)
        readiness.beginDraining()
        let head = RequestHead(
            method: .get,
            target: .resource(path: "/readyz", query: nil),
            fields: RequestFields([.accept: type])
        )
        let response = responder.response(to: head)
        #expect(response.status == .serviceUnavailable)
        #expect(try Client().json(response)["status"] as? String == "fail")
    }

    @Test("echoes nothing by default")
    func noEcho() {
        #expect(Client().send(.post, "/", "body").status == .methodNotAllowed)
        #expect(Client().send(.get, "/echo").status == .notFound)
    }

    @Test("echoes bodies and heads for conformance tests")
    func echo() {
        let client = Client { $0.echoes = true }
        let body = client.send(.post, "/", "body")
        #expect(body.status == .ok && body.body == Array("body".utf8))
        // Echoed content must not be rendered as a page of this origin.
        #expect(body.fields[.contentType] == "text/plain; charset=utf-8")
        #expect(body.fields[.xContentTypeOptions] == "nosniff")
        let fields: HTTPFields = [.accept: "a/b", .contentType: "text/plain"]
        for method in [HTTPRequest.Method.get, .post, .head] {
            let head = client.send(method, "/echo", fields: fields)
            #expect(head.status == .ok)
            #expect(head.body == Array("Accept: a/b\r\nContent-Type: text/plain\r\n".utf8))
        }
        for path in ["/", "/echo"] {
            #expect(client.send(.options, path).fields[.allow]?.contains("POST") == true)
        }
        #expect(client.send(.get, "/").status == .ok)
    }

    @Test("counts problems by type")
    func problems() {
        let client = Client()
        let response = client.send(.post, "/v1/losses/mse", "[[[[")
        let exchange = Exchange(
            method: .post,
            route: response.route,
            status: response.status,
            seconds: 0,
            requestBytes: 4,
            responseBytes: 0,
            problem: response.problem
        )
        client.responder.observe(.responseSent(exchange))
        let text = String(decoding: client.send(.get, "/metrics").body, as: UTF8.self)
        #expect(text.contains("type=\"/problems/wrong-kind\"} 1\n"))
        #expect(text.contains("type=\"/problems/malformed-json\"} 0\n"))
    }
}
