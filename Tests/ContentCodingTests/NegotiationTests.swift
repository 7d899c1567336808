// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import Testing

@Suite("Content negotiation")
struct NegotiationTests {
    @Test(
        "chooses a coding by RFC 9110 section 12.5.3",
        arguments: [
            (nil, Negotiation.identity),
            ("", .identity),
            ("gzip", .preferred(.gzip)),
            ("GZip", .preferred(.gzip)),
            ("x-gzip", .preferred(.gzip)),
            ("deflate", .preferred(.deflate)),
            ("gzip, deflate, br", .preferred(.gzip)),
            ("deflate, gzip", .preferred(.gzip)),
            ("gzip;q=0.5, deflate;q=0.8", .preferred(.deflate)),
            ("gzip ; q=0.5 , deflate ; q=0.25", .preferred(.gzip)),
            ("br, zstd", .identity),
            ("*", .preferred(.gzip)),
            ("gzip;q=0, *", .preferred(.deflate)),
            ("gzip;q=0, deflate;q=0.000", .identity),
            ("identity", .identity),
            ("identity;q=1, gzip;q=0.5", .identity),
            ("identity;q=0.5, gzip", .preferred(.gzip)),
            ("identity;q=0.5, gzip;q=0.5", .preferred(.gzip)),
            ("identity;q=0, gzip", .required(.gzip)),
            ("*;q=0, deflate", .required(.deflate)),
            ("*;q=0", .impossible),
            ("identity;q=0", .impossible),
            ("identity;q=0, br", .impossible),
            ("identity, *;q=0", .identity),
            // An invalid weight counts as 0.
            ("gzip;q=2", .identity),
            ("gzip;q=0.1234", .identity),
            ("gzip;q=high", .identity),
            (", ,gzip,", .preferred(.gzip)),
        ] as [(String?, Negotiation)]
    )
    func negotiation(_ value: String?, _ expected: Negotiation) {
        #expect(Negotiation(value) == expected)
    }

    @Test(
        "recognizes supported codings of requests",
        arguments: [
            (nil, AppliedCoding.none),
            ("", .none),
            ("identity", .none),
            ("gzip", .one(.gzip)),
            ("X-GZIP", .one(.gzip)),
            (" deflate ", .one(.deflate)),
            ("identity, gzip", .one(.gzip)),
            ("gzip, gzip", .unsupported),
            ("br", .unsupported),
            ("gzip;q=1", .unsupported),
        ] as [(String?, AppliedCoding)]
    )
    func appliedCoding(_ value: String?, _ expected: AppliedCoding) {
        #expect(AppliedCoding(value) == expected)
    }
}
