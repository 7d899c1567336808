// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import Foundation
import FuzzSubjects
import HTTP
import HTTPTypes
import LossAPI
import Testing

@Suite("The explorer page")
struct PageTests {
    private let client = Client()
    /// The value of Accept that a browser sends for an address.
    private static let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

    private func open(
        _ path: String,
        _ more: HTTPFields = [:],
        from client: Client? = nil
    ) -> Response {
        var fields: HTTPFields = [.accept: Self.browser]
        for field in more { fields[field.name] = field.value }
        return (client ?? self.client).send(.get, path, fields: fields)
    }

    private static func isPage(_ response: Response) -> Bool {
        response.fields[.contentType] == "text/html; charset=utf-8"
            && String(decoding: response.body, as: UTF8.self).hasPrefix("<!doctype html>")
    }

    @Test("embeds the files of its folder, byte by byte")
    func files() throws {
        let folder = repository.appending(path: "Sources/CPage/site")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let table = "accuracy.md"
        #expect(PageFile.all.map { $0.name } == (names + [table]).sorted())
        for file in PageFile.all {
            let own = file.name == table ? repository.appending(path: "docs") : folder
            let source = try Data(contentsOf: own.appending(path: file.name))
            #expect(file.bytes == Array(source), "\(file.name)")
            #expect(!file.bytes.isEmpty)
        }
    }

    @Test("is at most 200,000 bytes in all, compressed")
    func size() throws {
        let sizes = try PageFile.all.map { file in
            try #require(Deflater(.gzip).encode(file.bytes, isLast: true)).count
        }
        #expect(sizes.reduce(0, +) <= 200_000)
    }

    @Test(
        "is what browsers get at its paths",
        arguments: [
            "/", "/problems", "/problems/not-found", "/compare", "/data", "/check", "/service",
            "/losses/huber", "/losses/MSELoss", "/penalties/l2",
        ]
    )
    func paths(path: String) {
        #expect(Self.isPage(open(path)), "\(path)")
    }

    @Test("leaves JSON to other clients where there is a document", arguments: ["/", "/problems"])
    func documents(path: String) {
        for accept in [
            nil, "*/*", "application/json", "application/json, text/html;q=0.9", "text/html;q=0",
        ] {
            let fields: HTTPFields = accept.map { [.accept: $0] } ?? [:]
            let response = client.send(.get, path, fields: fields)
            #expect(response.fields[.contentType] == "application/json", "\(accept ?? "none")")
            #expect(response.fields[.vary] == "Accept, Accept-Encoding")
        }
        #expect(open(path).fields[.vary] == "Accept, Accept-Encoding")
    }

    @Test("explains to browsers that a loss does not exist, with the status that others get")
    func unknown() throws {
        let page = open("/losses/hubr", [.acceptEncoding: "gzip", .ifNoneMatch: "*"])
        #expect(page.status == .notFound && page.problem == "unknown-loss")
        #expect(page.fields[.contentEncoding] == "gzip" && page.fields[.eTag] == nil)
        #expect(page.fields[.cacheControl] == "no-store")
        #expect(page.fields[.contentSecurityPolicy] != nil)
        #expect(Self.isPage(open("/losses/hubr")) && Self.isPage(open("/penalties/huber")))
        let response = client.send(.get, "/losses/hubr")
        #expect(response.status == .notFound)
        #expect(try client.json(response)["type"] as? String == "/problems/unknown-loss")
        for path in ["/losses/", "/losses", "/penalties/huber", "/page/", "/page/app.ts"] {
            #expect(open(path).status == .notFound, "\(path)")
        }
        let method = client.send(.post, "/losses/huber", "{}")
        #expect(method.status == .methodNotAllowed)
        #expect(method.fields[.allow] == "GET, HEAD, OPTIONS")
    }

    @Test("allows nothing but its own files, in no frame")
    func securityFields() throws {
        for path in PageFile.all.map({ "/page/" + $0.name }) + ["/", "/losses/huber"] {
            let fields = open(path).fields
            let policy = try #require(fields[.contentSecurityPolicy], "\(path)")
            #expect(policy.hasPrefix("default-src 'self'; "))
            #expect(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"))
            #expect(fields[.xContentTypeOptions] == "nosniff")
            #expect(fields[.crossOriginResourcePolicy] == "same-origin")
            #expect(fields[try #require(HTTPField.Name("Referrer-Policy"))] == "no-referrer")
            #expect(
                fields[try #require(HTTPField.Name("Cross-Origin-Opener-Policy"))] == "same-origin"
            )
        }
    }

    @Test("has no script or style outside of its files, and names only files that exist")
    func references() throws {
        let names = Set(PageFile.all.map { $0.name })
        let html = try text("Sources/CPage/site/index.html")
        #expect(!html.contains("<style") && !html.contains(" style="))
        #expect(!html.contains(/<[^>]* on[a-z]+=/))
        for match in html.matches(of: /"\/page\/([^"]+)"/) {
            #expect(names.contains(String(match.output.1)))
        }
        for name in names where name.hasSuffix(".js") {
            // Or else a browser finds the modules one after the other.
            #expect(html.contains("\"/page/\(name)\""), "index.html does not load \(name)")
            let script = try text("Sources/CPage/site/\(name)")
            for match in script.matches(of: /from "\.\/([^"]+)"/) {
                #expect(names.contains(String(match.output.1)), "\(name)")
            }
            for sink in ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "document.write"]
            {
                #expect(!script.contains(sink), "\(name) has \(sink)")
            }
        }
    }

    @Test("is compressed, and sent again only if it changed")
    func caching() throws {
        let plain = open("/page/app.js")
        #expect(plain.fields[.contentType] == "text/javascript; charset=utf-8")
        #expect(plain.fields[.cacheControl] == "no-cache")
        let packed = open("/page/app.js", [.acceptEncoding: "gzip"])
        #expect(packed.fields[.contentEncoding] == "gzip")
        #expect(try Coding.gzip.decode(packed.body) == plain.body)
        let tag = try #require(packed.fields[.eTag])
        #expect(tag != plain.fields[.eTag])
        let again = open("/page/app.js", [.acceptEncoding: "gzip", .ifNoneMatch: tag])
        #expect(again.status == .notModified && again.body.isEmpty)
        #expect(again.fields[.contentSecurityPolicy] != nil)
        #expect(client.send(.head, "/page/app.js").fields[.eTag] == plain.fields[.eTag])
    }

    @Test("needs no token, unlike the service")
    func tokens() throws {
        let tokens = TokenList(try Tokens(Array("secret".utf8)))
        let client = Client { $0.tokens = tokens }
        for path in ["/", "/problems", "/losses/huber", "/compare", "/page/app.js"] {
            #expect(open(path, from: client).status == .ok, "\(path)")
        }
        for path in ["/", "/v1/losses", "/metrics", "/problems"] {
            #expect(client.send(.get, path).status == .unauthorized, "\(path)")
        }
        #expect(client.send(.post, "/losses/huber", "{}").status == .unauthorized)
    }

    @Test("can be left out")
    func off() {
        let client = Client { $0.hasPage = false }
        #expect(open("/", from: client).fields[.contentType] == "application/json")
        #expect(
            open("/problems/not-found", from: client).fields[.contentType] == "application/json"
        )
        for path in ["/losses/huber", "/losses/hubr", "/compare", "/page/app.js"] {
            #expect(open(path, from: client).status == .notFound, "\(path)")
        }
    }

    @Test("is counted by route, not by path")
    func routes() {
        #expect(open("/losses/huber").route.template == "/losses/{loss}")
        #expect(open("/penalties/l2").route.template == "/penalties/{penalty}")
        #expect(open("/page/app.js").route.template == "/page/{file}")
        #expect(open("/").route.template == "/")
    }
}
