// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

@Suite("The Host field") struct HostTests {
    @Test(
        "must be a single host",
        arguments: [
            "example.org", "example.org:8080", "127.0.0.1", "[::1]", "[::1]:80", "[::ffff:1.2.3.4]",
            "a_b-c~d", "example.org:", "%61", "xn--bcher-kva.example",
        ]
    )
    func valid(host: String) {
        #expect(outcome(request(host: host)).statuses == [200])
    }

    @Test(
        "must not be anything else",
        arguments: [
            "", "a b", "a, b", "a,b", "user@a", "a/b", "http://a", "a:b", "a:80:80", ":80", "[::1",
            "::1", "[a]", "a?b", "a#b", "a:65536", "a:-1", "%6", "%zz", "é", "[::1]a", "[]", "a\\b",
        ]
    )
    func invalid(host: String) {
        let record = outcome(request(host: host))
        #expect(record.refusals == [.invalidHost])
        #expect(record.statuses == [400])
    }

    @Test("is required in HTTP/1.1, even with an absolute URL")
    func missing() {
        #expect(outcome(request(host: nil)).refusals == [.missingHost])
        #expect(outcome(request("GET", "http://a/", host: nil)).refusals == [.missingHost])
    }

    @Test("is not required in HTTP/1.0")
    func http10() {
        #expect(outcome(request(version: "HTTP/1.0", host: nil)).statuses == [200])
    }

    @Test("must be sent once, even with equal values", arguments: ["example.org", "other.example"])
    func several(host: String) {
        #expect(outcome(request(fields: ["host: \(host)"])).refusals == [.severalHosts])
    }
}
