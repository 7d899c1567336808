// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP
import Testing

@Suite("A large request", .timeLimit(.minutes(5))) struct WorkerTests {
    @Test("does not stall concurrent small ones")
    func beside() throws {
        let site = try Site(loops: 1) { limits in
            limits.inlineBodyBytes = 10
            limits.workers = 1
        }
        let large = try site.client()
        large.send(post("/held", pattern(100)))
        site.stub.arrivals.wait()
        for _ in 0..<100 {
            let small = try site.client()
            small.send(request("GET", "/small"))
            #expect(try small.response().text == "/small")
        }
        site.stub.gate.signal()
        #expect(try large.response().text == "held")
    }

    @Test("waits for a worker, and all get responses")
    func waiting() throws {
        let site = try Site(loops: 1) { limits in
            limits.inlineBodyBytes = 10
            limits.workers = 2
        }
        let clients = try (0..<20).map { _ in try site.client() }
        for client in clients { client.send(post("/held", pattern(100))) }
        for _ in clients { site.stub.gate.signal() }
        for client in clients { #expect(try client.response().text == "held") }
    }

    @Test("is refused when too many are waiting, and can be retried on its connection")
    func tooMany() throws {
        let site = try Site(loops: 1) { limits in
            limits.inlineBodyBytes = 10
            limits.workers = 1
            limits.waitingJobs = 0
        }
        let first = try site.client()
        first.send(post("/held", pattern(100)))
        site.stub.arrivals.wait()
        let second = try site.client()
        second.send(post("/held", pattern(100)))
        let refused = try second.response()
        #expect(refused.status == 503)
        #expect(refused.text == "too-many-waiting")
        site.stub.gate.signal()
        #expect(try first.response().text == "held")
        second.send(request("GET", "/again"))
        #expect(try second.response().text == "/again")
    }

    @Test("shares the loop with others in turns")
    func turns() throws {
        let site = try Site(loops: 1)
        let body = pattern(3_000_000)
        let large = try (0..<4).map { _ in try site.client() }
        let small = try site.client()
        for part in stride(from: 0, to: body.count, by: 500_000) {
            for client in large {
                if part == 0 {
                    let length = "Content-Length: \(body.count)"
                    client.send(request("POST", "/echo", fields: [length]))
                }
                client.send(Array(body[part..<part + 500_000]))
                small.send(request("GET", "/small"))
                #expect(try small.response().text == "/small")
            }
        }
        for client in large { #expect(try client.response().body == body) }
    }
}
