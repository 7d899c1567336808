// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossAPI
import Testing

@Suite("Access")
struct AccessTests {
    private let question = #"{"predictions":[1],"targets":[0]}"#

    private func guarded() throws -> Client {
        let tokens = try Tokens("sesame\n# the second\nopen-it\n")
        return Client { $0.tokens = tokens }
    }

    @Test("needs one of the tokens, whatever is asked (RFC 6750 section 2.1)")
    func tokens() throws {
        let client = try guarded()
        for given in ["Bearer sesame", "bearer open-it", "BEARER sesame"] {
            let fields: HTTPFields = [.authorization: given, .contentType: "application/json"]
            #expect(client.send(.post, "/v1/losses/mse", question, fields: fields).status == .ok)
        }
        for path in ["/", "/v1/losses", "/metrics", "/openapi.yaml", "/nowhere", "/problems"] {
            #expect(client.send(.get, path).status == .unauthorized, "\(path)")
            #expect(
                client.send(.get, path, fields: [.authorization: "Bearer sesame"]).status
                    != .unauthorized
            )
        }
    }

    @Test(
        "is refused to all that is no token, with a challenge (RFC 9110 section 15.5.2)",
        arguments: [
            nil, "", "sesame", "Bearer", "Bearer ", "Bearer sesam", "Bearer  ",
            "Bearer sesamesesame",
            "Bearer Sesame", "Basic sesame", "Bearer # the second", "Bearer open-it,sesame",
        ]
    )
    func refusal(given: String?) throws {
        var fields: HTTPFields = [.contentType: "application/json"]
        if let given { fields[.authorization] = given }
        let response = try guarded().send(.post, "/v1/losses/mse", question, fields: fields)
        #expect(response.status == .unauthorized)
        let challenge = try #require(response.fields[.wwwAuthenticate])
        #expect(challenge.hasPrefix("Bearer realm="))
        #expect(challenge.contains("invalid_token") == !(given ?? "").isEmpty)
        let problem = try Client().json(response)
        #expect(problem["type"] as? String == "/problems/unauthorized")
    }

    @Test("is open to probes and to what browsers ask beforehand")
    func probes() throws {
        for path in ["/livez", "/readyz", "/healthz"] {
            #expect(try guarded().send(.get, path).status == .ok)
        }
        #expect(try guarded().send(.options, "/v1/losses/mse").status == .noContent)
    }

    @Test("from other origins is not spoken of unless it is allowed")
    func closed() {
        let response = Client().send(.get, "/v1/losses", fields: [.origin: "https://a.example"])
        #expect(response.fields[.accessControlAllowOrigin] == nil)
        #expect(response.fields[.vary] == "Accept-Encoding")
    }

    @Test("from other origins is for those that are listed, on errors too (Fetch, CORS protocol)")
    func origins() {
        let client = Client { $0.crossOrigin = CrossOrigin(["https://a.example"]) }
        for path in ["/v1/losses", "/nowhere", "/livez"] {
            let allowed = client.send(.get, path, fields: [.origin: "https://a.example"])
            #expect(allowed.fields[.accessControlAllowOrigin] == "https://a.example")
            #expect(allowed.fields[.accessControlExposeHeaders]?.contains("X-Request-Id") == true)
            #expect(allowed.fields[.vary]?.contains("Origin") == true)
            for origin in ["https://b.example", "https://a.example.org", "null"] {
                let other = client.send(.get, path, fields: [.origin: origin])
                #expect(other.fields[.accessControlAllowOrigin] == nil)
                #expect(other.fields[.vary]?.contains("Origin") == true)
            }
            #expect(client.send(.get, path).fields[.vary]?.contains("Origin") == true)
        }
    }

    @Test("of questions from other origins is carried to whatever their answer will be")
    func questions() throws {
        let client = Client { $0.crossOrigin = CrossOrigin(["*"]) }
        let target = RequestTarget.resource(path: "/v1/losses/mse", query: nil)
        let fields: HTTPFields = [.origin: "https://a.example"]
        let head = RequestHead(method: .post, target: target, fields: RequestFields(fields))
        guard case .take(_, let terms) = client.responder.receive(head) else {
            Issue.record("The question was not taken.")
            return
        }
        #expect(try #require(terms.fields).fields[.accessControlAllowOrigin] == "*")
    }

    @Test("is told to browsers that ask beforehand")
    func preflight() throws {
        let client = Client {
            $0.crossOrigin = CrossOrigin(["*"])
            $0.tokens = try? Tokens("sesame")
        }
        let method = try #require(HTTPField.Name("Access-Control-Request-Method"))
        let response = client.send(
            .options,
            "/v1/losses/mse",
            fields: [.origin: "https://a.example", method: "POST"]
        )
        #expect(response.status == .noContent && response.fields[.allow] != nil)
        #expect(response.fields[.accessControlAllowOrigin] == "*")
        #expect(response.fields[.accessControlAllowMethods] == "GET, HEAD, POST")
        #expect(response.fields[.accessControlAllowHeaders]?.contains("Content-Type") == true)
        #expect(response.fields[.accessControlMaxAge] == "7200")
    }
}
