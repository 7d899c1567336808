// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossAPI
import Testing

@Suite("Access")
struct AccessTests {
    private let body = #"{"predictions":[1],"targets":[0]}"#

    private func tokens(_ text: String) throws -> Tokens { try Tokens(Array(text.utf8)) }

    private func guarded() throws -> Client {
        let tokens = try tokens("sesame\n# the second\nopen-it\n")
        return Client { $0.tokens = TokenList(tokens) }
    }

    @Test("requires one of the tokens for any request (RFC 6750 section 2.1)")
    func tokens() throws {
        let client = try guarded()
        for given in ["Bearer sesame", "bearer open-it", "BEARER sesame", "Bearer    sesame"] {
            let fields: HTTPFields = [.authorization: given, .contentType: "application/json"]
            #expect(client.send(.post, "/v1/losses/mse", body, fields: fields).status == .ok)
        }
        for path in ["/", "/v1/losses", "/metrics", "/openapi.yaml", "/nowhere", "/problems"] {
            #expect(client.send(.get, path).status == .unauthorized, "\(path)")
            #expect(
                client.send(.get, path, fields: [.authorization: "Bearer sesame"]).status
                    != .unauthorized
            )
        }
    }

    @Test("needs no token for probes, which are served when all connections are in use")
    func healthProbes() throws {
        let client = try guarded()
        for path in ["/livez", "/readyz", "/healthz", "/v2/health/live", "/v2/health/ready"] {
            #expect(client.send(.get, path).status == .ok, "\(path)")
            let head = RequestHead(
                method: .get,
                target: .resource(path: path, query: nil),
                fields: RequestFields()
            )
            #expect(client.responder.isProbe(head), "\(path)")
        }
        #expect(client.send(.get, "/v2").status == .unauthorized)
    }

    @Test(
        "is denied to invalid tokens, with a challenge (RFC 9110 section 15.5.2)",
        arguments: [
            nil, "", "sesame", "Bearer", "Bearer ", "Bearer sesam", "Bearer  ",
            "Bearer sesamesesame",
            "Bearer Sesame", "Basic sesame", "Bearer # the second", "Bearer open-it,sesame",
        ]
    )
    func refusal(given: String?) throws {
        var fields: HTTPFields = [.contentType: "application/json"]
        if let given { fields[.authorization] = given }
        let response = try guarded().send(.post, "/v1/losses/mse", body, fields: fields)
        #expect(response.status == .unauthorized)
        let challenge = try #require(response.fields[.wwwAuthenticate])
        #expect(challenge.hasPrefix("Bearer realm="))
        #expect(challenge.contains("invalid_token") == !(given ?? "").isEmpty)
        let problem = try Client().json(response)
        #expect(problem["type"] as? String == "/problems/unauthorized")
    }

    @Test(
        "is granted by lists with lines that end with 0x0A, without surrounding spaces and CRs",
        arguments: [
            ("one\r\ntwo\r\n", ["one", "two"], ["onetwo"]),
            ("one\r\n#old\r\n", ["one"], ["one#old", "#old"]),
            ("# ours\r\n one \r\n\r\n", ["one"], ["ours"]),
        ]
    )
    func lists(text: String, opening: [String], others: [String]) throws {
        let list = TokenList(try tokens(text))
        let client = Client { $0.tokens = list }
        for token in opening {
            let fields: HTTPFields = [.authorization: "Bearer \(token)"]
            #expect(client.send(.get, "/", fields: fields).status == .ok, "\(token)")
        }
        for token in others {
            let fields: HTTPFields = [.authorization: "Bearer \(token)"]
            #expect(client.send(.get, "/", fields: fields).status == .unauthorized, "\(token)")
        }
    }

    @Test("rejects token lists with invisible bytes, and names the line")
    func invisible() {
        for byte in (0...0x20).map(UInt8.init) + [0x7F, 0x80, 0xFF] where byte != 0x0A {
            let text = Array("good\nab".utf8) + [byte] + Array("cd\n".utf8)
            #expect(throws: Tokens.Fault.byte(byte, line: 2)) { try Tokens(text) }
        }
        // Of white space at the ends, only spaces and carriage returns are stripped.
        #expect(throws: Tokens.Fault.byte(0x09, line: 1)) { try tokens("\tab") }
        #expect(throws: Tokens.Fault.none) { try tokens("# none\r\n\n") }
    }

    @Test("follows a replaced token list")
    func replacement() throws {
        let list = TokenList(try tokens("old"))
        let client = Client { $0.tokens = list }
        list.replace(with: try tokens("new"))
        let status = { (token: String) in
            client.send(.get, "/", fields: [.authorization: "Bearer \(token)"]).status
        }
        #expect(status("new") == .ok && status("old") == .unauthorized)
    }

    @Test("is open to probes and preflight requests")
    func probes() throws {
        for path in ["/livez", "/readyz", "/healthz"] {
            #expect(try guarded().send(.get, path).status == .ok)
        }
        #expect(try guarded().send(.options, "/v1/losses/mse").status == .noContent)
    }

    @Test("from other origins is not mentioned unless it is allowed")
    func closed() {
        let response = Client().send(.get, "/v1/losses", fields: [.origin: "https://a.example"])
        #expect(response.fields[.accessControlAllowOrigin] == nil)
        #expect(response.fields[.vary] == "Accept-Encoding")
    }

    @Test("from other origins is granted to listed ones, for errors too (Fetch, CORS protocol)")
    func origins() throws {
        let listed = try CrossOrigin("https://c.example,https://a.example")
        let client = Client { $0.crossOrigin = listed }
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

    @Test("from other origins is granted in responses with results, too")
    func results() throws {
        let all = try CrossOrigin("*")
        let client = Client { $0.crossOrigin = all }
        let target = RequestTarget.resource(path: "/v1/losses/mse", query: nil)
        let fields: HTTPFields = [.origin: "https://a.example"]
        let head = RequestHead(method: .post, target: target, fields: RequestFields(fields))
        guard case .accept(_, let intakeOptions) = client.responder.receive(head) else {
            Issue.record("The request was not accepted.")
            return
        }
        #expect(try #require(intakeOptions.fields).fields[.accessControlAllowOrigin] == "*")
    }

    @Test("is announced in response to preflight requests")
    func preflight() throws {
        let all = try CrossOrigin("*")
        let client = Client {
            $0.crossOrigin = all
            $0.tokens = (try? tokens("sesame")).map { TokenList($0) }
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
