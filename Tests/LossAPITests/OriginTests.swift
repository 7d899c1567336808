// SPDX-License-Identifier: Apache-2.0

import LossAPI
import Testing

@Suite("An origin") struct OriginTests {
    private static let longLabel = String(repeating: "a", count: 63)

    @Test(
        "is accepted as a browser serializes it (URL Standard, RFC 6454 section 6.2)",
        arguments: [
            "https://example.org", "http://localhost", "http://localhost:3000",
            "https://example.org:80", "http://example.org:443", "http://a.example:65535",
            "https://a_b.example", "https://xn--bcher-kva.example", "https://example.org.",
            "http://127.0.0.1:8000", "http://0.0.0.0", "https://1.example", "https://1a",
            "http://[::1]", "http://[::1]:3000", "http://[::]", "http://[2001:db8::1]",
            "http://[1:2:3:4:5:6:7:8]", "http://[1:0:3:4:5:6:7:8]", "http://[::ffff:7f00:1]",
            "http://[1::4:0:0:7:8]", "https://\(longLabel).example",
        ]
    )
    func accepted(text: String) throws {
        #expect(try Origin(text).text == text)
    }

    @Test(
        "in another spelling is refused with the spelling of browsers",
        arguments: [
            ("https://x:443", "https://x"), ("http://x:80", "http://x"), ("http://x:", "http://x"),
            ("https://x:0443", "https://x"), ("https://x:08080", "https://x:8080"),
            ("HTTPS://x", "https://x"), ("https://A.example", "https://a.example"),
            ("https://x/", "https://x"), ("https://x/path?q#f", "https://x"),
            ("https://x?q", "https://x"), ("https://x#f", "https://x"),
            ("https://x\\", "https://x"),
            ("https://u:p@x:8443", "https://x:8443"), ("https://u@v@x", "https://x"),
            ("http://127.0.0.1.", "http://127.0.0.1"), ("http://[::1]:80", "http://[::1]"),
            ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"), ("http://[::0001]", "http://[::1]"),
            ("http://[2001:DB8::1]", "http://[2001:db8::1]"),
            ("http://[2001:db8::0:1]", "http://[2001:db8::1]"),
            ("http://[1:2:3:4:5:6:7::]", "http://[1:2:3:4:5:6:7:0]"),
            ("http://[1:0:0:4:0:0:7:8]", "http://[1::4:0:0:7:8]"),
            ("http://[1:0:0:4:0:0:0:8]", "http://[1:0:0:4::8]"),
            ("http://[::ffff:127.0.0.1]", "http://[::ffff:7f00:1]"),
            ("http://[::127.0.0.1]", "http://[::7f00:1]"),
        ]
    )
    func respelt(text: String, spelling: String) {
        let fault = #expect(throws: Origin.Fault.self) { try Origin(text) }
        let sentence = fault?.description ?? ""
        #expect(sentence.hasSuffix(" as \(spelling)."), "\(sentence)")
        #expect(throws: Never.self) { try Origin(spelling) }
    }

    @Test(
        "that no browser sends is refused with a reason",
        arguments: [
            ("", "must begin with http:// or https://"), ("a.example", "must begin with"),
            ("a.example:80", "must begin with"), ("https:/x", "must begin with"),
            ("//x", "must begin with"), ("ftp://x", "must begin with"),
            ("file://", "must begin with"), ("chrome-extension://x", "must begin with"),
            (" https://x", "must begin with"), ("null", "sandboxed"),
            ("https://", "no host"), ("https:///x", "no host"), ("https://:80", "no host"),
            ("https://u@", "no host"),
            ("https://x:99999", "from 1 to 65535"), ("https://x:0", "from 1 to 65535"),
            ("https://x:http", "from 1 to 65535"), ("https://x:+80", "from 1 to 65535"),
            ("https://x:1:2", "from 1 to 65535"), ("https://x:-1", "from 1 to 65535"),
            ("https://x:99999999999999999999", "from 1 to 65535"),
            ("http://256.1.1.1", "IPv4"), ("http://1.2.3", "IPv4"), ("http://0x7f.1", "IPv4"),
            ("http://127.1", "IPv4"), ("http://2130706433", "IPv4"), ("http://1.2.3.4.5", "IPv4"),
            ("http://01.2.3.4", "IPv4"), ("http://a.1", "IPv4"), ("http://a.0x", "IPv4"),
            ("http://1.2.3.0xf", "IPv4"),
            ("https://a..b", "labels"), ("https://.a", "labels"), ("https://.", "labels"),
            ("https://a..", "labels"), ("https://a\(longLabel).example", "labels"),
            ("https://\(String(repeating: "a.", count: 126))bc", "labels"),
            ("https://a%2eb", "letters"), ("https://%61.example", "letters"),
            ("https://a b", "letters"), ("https://a,b", "letters"), ("https://a\u{0}", "letters"),
            ("https://a\r\n", "letters"), ("https://a^b", "letters"), ("https://a!b", "letters"),
            ("https://*.example", "*"), ("https://*", "*"),
            ("https://b\u{FC}cher.example", "xn--"), ("https://\u{FF41}.example", "xn--"),
            ("https://x\u{3002}example", "xn--"), ("\u{2028}https://x", "xn--"),
            ("http://[::1", "IPv6"), ("http://[]", "IPv6"), ("http://[:::1]", "IPv6"),
            ("http://[1::2::3]", "IPv6"), ("http://[1:2:3:4:5:6:7]", "IPv6"),
            ("http://[1:2:3:4:5:6:7:8::]", "IPv6"), ("http://[1:2:3:4:5:6:7:8:9]", "IPv6"),
            ("http://[::1%25eth0]", "IPv6"), ("http://[fe80::1%eth0]", "IPv6"),
            ("http://[::12345]", "IPv6"), ("http://[::+1]", "IPv6"), ("http://[::1.2.3]", "IPv6"),
            ("http://[1.2.3.4::]", "IPv6"), ("http://[::1]x", "IPv6"), ("http://[g::]", "IPv6"),
            ("http://[::1.2.3.04]", "IPv6"), ("http://::1", "no host"),
        ]
    )
    func refused(text: String, reason: String) {
        let fault = #expect(throws: Origin.Fault.self, "\(text)") { try Origin(text) }
        let sentence = fault?.description ?? ""
        #expect(sentence.contains(reason), "\(text): \(sentence)")
        #expect(sentence.hasSuffix("."))
    }

    @Test(
        "in a list is separated by a comma alone; * must be alone",
        arguments: [
            ("https://a, https://b", "white space"), ("https://a ,https://b", "white space"),
            (" ", "white space"), ("https://a\n", "white space"), (",", "empty"),
            ("https://a,", "empty"), ("https://a,,https://b", "empty"),
            ("*,https://a", "only entry"), ("https://a,*", "only entry"), ("*,*", "only entry"),
            ("https://a,https://b:443", "https://b."), ("null", "sandboxed"),
        ]
    )
    func list(list: String, reason: String) {
        let fault = #expect(throws: Origin.Fault.self) { try CrossOrigin(list) }
        #expect(fault?.description.contains(reason) == true, "\(list)")
    }
}
