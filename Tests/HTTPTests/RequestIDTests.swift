// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("The ID of a request")
struct RequestIDTests {
    /// The X-Request-Id of each response.
    private static func names(_ record: Conversation.Record) -> [String] {
        record.text.split(separator: "\r\n").filter { $0.hasPrefix("X-Request-Id: ") }
            .map { String($0.dropFirst(14)) }
    }

    @Test(
        "is adopted if it is safe",
        arguments: [
            "1", "7d444840-9dc0-11d1-b245-5ffdce74fad2", "a/b+c=d_e.f~g:h@i",
            String(repeating: "x", count: 128),
        ]
    )
    func provided(name: String) {
        let record = outcome(request(fields: ["x-request-ID:  \(name) "]))
        #expect(Self.names(record) == [name])
        #expect(record.exchanges.map { $0.requestID } == [.provided(name)])
    }

    @Test(
        "is generated if it is missing, unsafe or repeated",
        arguments: [
            [], ["X-Request-Id:"], ["X-Request-Id: a b"], ["X-Request-Id: <script>"],
            ["X-Request-Id: a\"b"], ["X-Request-Id: caf\u{e9}"], ["X-Request-Id: a\tb"],
            ["X-Request-Id: \(String(repeating: "x", count: 129))"],
            ["X-Request-Id: a", "X-Request-Id: a"],
        ]
    )
    func generated(fields: [String]) {
        let record = outcome(request(fields: fields))
        #expect(Self.names(record) == ["0000000000000000-1"])
    }

    @Test("differs for each request on a connection, including refusals")
    func counted() {
        let record = outcome(request() + request() + "nonsense\r\n\r\n")
        #expect(record.statuses == [200, 200, 400])
        #expect(
            Self.names(record)
                == ["0000000000000000-1", "0000000000000000-2", "0000000000000000-3"]
        )
        let made = RequestID.generated(connection: 0xFEDC_BA98_7654_3210, ordinal: 1_234)
        #expect(made.description == "fedcba9876543210-1234")
    }

    @Test("of its trace is parsed by W3C Trace Context, section 3.2")
    func trace() throws {
        let ids = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"
        for value in ["00-\(ids)-01", "01-\(ids)-01", "fe-\(ids)-01-what-may-come"] {
            let record = outcome(request(fields: ["Traceparent: \(value)"]))
            let trace = try #require(record.exchanges.first?.trace, "\(value)")
            #expect(trace.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
            #expect(trace.parentID == "00f067aa0ba902b7")
            #expect(trace.isSampled)
        }
    }

    @Test(
        "of its trace is ignored if it is malformed",
        arguments: [
            "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
            "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        ]
    )
    func invalidTrace(value: String) {
        let record = outcome(request(fields: ["Traceparent: \(value)"]))
        #expect(record.statuses == [200])
        #expect(record.exchanges.first?.trace == nil)
    }

    @Test("of its trace is ignored if it is repeated")
    func twoTraces() {
        let line = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        #expect(outcome(request(fields: [line, line])).exchanges.first?.trace == nil)
    }
}
