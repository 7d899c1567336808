// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossAPI
import LossFacts
import LossFunctions
import Testing

@Suite("Routing")
struct RoutingTests {
    private let client = Client()
    private let requestBody = #"{"predictions":[1],"targets":[0]}"#

    @Test("responds to OPTIONS with the methods of a path")
    func options() {
        let loss = client.send(.options, "/v1/losses/mse")
        #expect(loss.status == .noContent && loss.fields[.allow] == "GET, HEAD, OPTIONS, POST")
        let health = client.send(.options, "/livez")
        #expect(health.status == .noContent && health.fields[.allow] == "GET, HEAD, OPTIONS")
        let all = client.responder.response(to: RequestHead(method: .options, target: .asterisk))
        #expect(all.status == .noContent && all.fields[.allow] != nil)
    }

    @Test("rejects unsupported methods with Allow, and unknown ones with 501")
    func methods() throws {
        for method: HTTPRequest.Method in [.put, .delete, .patch, .trace] {
            let response = client.send(method, "/v1/losses/mse", requestBody)
            #expect(response.status == .methodNotAllowed)
            #expect(response.fields[.allow] == "GET, HEAD, OPTIONS, POST")
        }
        let post = client.send(.post, "/livez")
        #expect(post.status == .methodNotAllowed && post.fields[.allow] == "GET, HEAD, OPTIONS")
        let unknown = client.send(
            try #require(HTTPRequest.Method(rawValue: "BREW")),
            "/v1/losses/mse"
        )
        #expect(unknown.status == .notImplemented)
    }

    @Test("accepts JSON media types, none at all, and curl's default")
    func acceptedTypes() {
        for type in [
            "application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8",
            "text/json", "application/vnd.api+json", "application/x-www-form-urlencoded",
            "text/plain;charset=UTF-8",
        ] {
            let response = client.send(
                .post,
                "/v1/losses/mse",
                requestBody,
                fields: [.contentType: type]
            )
            #expect(response.status == .ok, "\(type)")
        }
        #expect(client.send(.post, "/v1/losses/mse", requestBody, fields: [:]).status == .ok)
    }

    @Test("rejects other content types and codings, and lists the accepted ones")
    func refusedTypes() throws {
        for type in ["text/html", "application/xml", "application/json; charset=latin1", "x", ";"] {
            let response = client.send(
                .post,
                "/v1/losses/mse",
                requestBody,
                fields: [.contentType: type]
            )
            #expect(response.status == .unsupportedMediaType, "\(type)")
            let name = try #require(HTTPField.Name("Accept-Post"))
            let accepted = response.fields[name]
            #expect(accepted?.hasPrefix("application/json, application/vnd.safetensors") == true)
        }
        let packed = client.send(
            .post,
            "/v1/losses/mse",
            requestBody,
            fields: [.contentEncoding: "br"]
        )
        #expect(packed.status == .unsupportedMediaType)
        #expect(packed.fields[.acceptEncoding] == "gzip, deflate, identity")
        #expect(
            try client.json(packed)["type"] as? String == "/problems/unsupported-content-coding"
        )
    }

    @Test("suggests a path for a similar one")
    func nearPaths() throws {
        for (path, suggestion) in [
            ("/v1/losses/mse/", "/v1/losses/mse"), ("/v1/penalties/", "/v1/penalties"),
            ("/healthz/", "/healthz"), ("/health", "/livez"), ("/ping", "/livez"),
        ] {
            for method in [HTTPRequest.Method.get, .post] {
                let response = client.send(method, path, requestBody)
                #expect(response.status == .notFound)
                let problem = try client.json(response)
                #expect((problem["detail"] as? String)?.contains(suggestion) == true, "\(path)")
                #expect((problem["allowed"] as? [String])?.first == suggestion)
            }
        }
        let other = try client.json(client.send(.get, "/v1/losses/nothing/"))
        #expect((other["detail"] as? String)?.hasPrefix("Nothing is served at this path.") == true)
    }

    @Test("accepts options in the query of a POST, and refuses other fields there")
    func query() throws {
        func send(_ query: String?, _ body: String = requestBody) -> Response {
            let target = RequestTarget.resource(path: "/v1/losses/huber", query: query)
            let head = RequestHead(method: .post, target: target)
            return client.responder.response(to: head, Array(body.utf8))
        }
        #expect(send(nil).body == send("").body)
        let far = #"{"predictions":[0,0],"targets":[3,5]}"#
        let inBody =
            #"{"predictions":[0,0],"targets":[3,5],"delta":0.5,"reduction":"sum","outputs":["loss"]}"#
        #expect(send("delta=0.5&reduction=sum&outputs=loss", far).body == send(nil, inBody).body)
        #expect(send("gradient_of=targets%2Cpredictions", far).status == .ok)
        for (query, slug) in [
            ("delta=0", "out-of-range"), ("delta=x", "wrong-kind"), ("delta", "not-allowed"),
            ("reduction=mode", "not-allowed"), ("alpha=1", "unknown-field"),
            ("predictions=1", "unknown-field"), ("regularization=l2", "unknown-field"),
            ("delta=1&delta=2", "conflicting-options"), ("delta=%zz", "not-allowed"),
        ] {
            let response = send(query, far)
            #expect(response.status == .unprocessableContent, "\(query)")
            let problem = try client.json(response)
            #expect(problem["type"] as? String == "/problems/\(slug)", "\(query)")
            #expect(problem["pointer"] == nil, "\(query)")
        }
        let repeated = try client.json(send("delta=1&delta=2", far))
        #expect((repeated["detail"] as? String)?.contains("given twice in the query") == true)
        let fields = (0...64).map { "a\($0)=" }.joined(separator: "&")
        let many = try client.json(send(fields, far))
        #expect((many["detail"] as? String)?.contains("more than 64 fields") == true)
        #expect(
            try client.json(send("detla=1", far))["allowed"] as? [String] == [
                "missing", "reduction", "normalizer", "empty_rows", "outputs", "offset",
                "gradient_of",
                "hessian_kind", "hessian_scale", "hessian_floor", "convention", "delta", "format",
                "dtype",
            ]
        )
        // Null in the body is not a second value.
        let withNull = String(far.dropLast() + #","delta":null}"#)
        #expect(send("delta=0.5", withNull).body == send("delta=0.5", far).body)
        let twice = try client.json(send("delta=1", inBody))
        #expect(twice["type"] as? String == "/problems/conflicting-options")
        #expect(twice["pointer"] as? String == "/delta")
    }

    @Test("accepts null for any omitted field")
    func nulls() {
        let plain = client.send(.post, "/v1/losses/huber", requestBody)
        // The last three are fields of other losses only.
        let fields = [
            "weights", "reduction", "outputs", "regularization", "delta", "mean", "class_weights",
            "margin",
        ]
        for field in fields {
            let body = requestBody.dropLast() + #","\#(field)":null}"#
            let response = client.send(.post, "/v1/losses/huber", String(body))
            #expect(response.status == .ok && response.body == plain.body, "\(field)")
        }
        let dice = #"{"predictions":[[0.5]],"targets":[[1]],"convention":null}"#
        #expect(client.send(.post, "/v1/losses/dice", dice).status == .ok)
        let unknown = String(requestBody.dropLast() + #","detla":null}"#)
        #expect(client.send(.post, "/v1/losses/huber", unknown).status == .unprocessableContent)
        let penalty = #"{"parameters":[1],"strength":null,"outputs":null}"#
        #expect(client.send(.post, "/v1/penalties/l2", penalty).status == .ok)
    }

    @Test("reports that a body was encoded twice")
    func encodedTwice() throws {
        let body = #""{\"predictions\":[1],\"targets\":[0]}""#
        let problem = try client.json(client.send(.post, "/v1/losses/mse", body))
        #expect((problem["detail"] as? String)?.contains("encoded twice") == true)
    }

    @Test("sends an entity tag with documents, and 304 if it matches")
    func validators() throws {
        let first = client.send(.get, "/v1/losses")
        let tag = try #require(first.fields[.eTag])
        for given in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let second = client.send(.get, "/v1/losses", fields: [.ifNoneMatch: given])
            #expect(second.status == .notModified && second.body.isEmpty, "\(given)")
            #expect(second.fields[.eTag] == tag)
        }
        #expect(client.send(.get, "/v1/losses", fields: [.ifNoneMatch: "\"other\""]).status == .ok)
    }

    @Test("reports readiness until the server drains, and liveness throughout")
    func health() throws {
        let readiness = Readiness()
        let responder = LossResponder(readiness: readiness, clock: Ticker().now)
        func send(_ name: String) -> Response {
            let target = RequestTarget.resource(path: "/" + name, query: nil)
            return responder.response(to: RequestHead(method: .get, target: target))
        }
        #expect(send("readyz").status == .ok)
        readiness.beginDraining()
        #expect(send("readyz").status == .serviceUnavailable)
        #expect(send("readyz").fields[.retryAfter] != nil)
        #expect(send("livez").status == .ok && send("healthz").status == .ok)
    }

    @Test("lists the catalogue, and describes each entry by name and alias")
    func catalogue() throws {
        let list = try client.json(client.send(.get, "/v1/losses"))
        let names = try #require(list["losses"] as? [[String: Any]]).map { $0["name"] as? String }
        #expect(names == Catalogue.losses.map { $0.facts.name })
        for loss in Catalogue.losses {
            let entry = try client.json(client.send(.get, "/v1/losses/\(loss.facts.name)"))
            #expect(entry["name"] as? String == loss.facts.name)
            #expect(entry["unit"] as? String == loss.facts.signature.unit.rawValue)
            let options = try #require(entry["options"] as? [[String: Any]])
            #expect(options.map { $0["name"] as? String } == loss.facts.options.map { $0.name })
            for alias in loss.facts.aliases {
                let byAlias = client.send(.get, "/v1/losses/\(alias.name)")
                #expect(try client.json(byAlias)["name"] as? String == loss.facts.name)
            }
        }
        for penalty in Catalogue.penalties {
            let path = "/v1/penalties/\(penalty.facts.name)"
            let entry = try client.json(client.send(.get, path))
            #expect(entry["name"] as? String == penalty.facts.name)
        }
    }
}
