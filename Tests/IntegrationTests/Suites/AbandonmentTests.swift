// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Clients that close the connection before their response") struct AbandonmentTests {
    /// A request that takes a worker long for its size: one with many penalties.
    private static let request: [UInt8] = {
        let penalty = #"{"penalty":"l1","strength":1,"parameters":1}"#
        let penalties = repeatElement(penalty, count: 10_000).joined(separator: ",")
        let body = #"{"predictions":1,"targets":2,"regularization":[\#(penalties)]}"#
        return Array(
            RequestText.post("Content-Length: \(body.utf8.count)", content: body).utf8
        )
    }()

    @Test("end the work on their requests, so that others are served")
    func abandoned() throws {
        let server = try ServerProcess("--workers", "1")
        let monitor = try Monitor(server)
        let connection = try server.connection()
        try connection.send(Self.request)
        #expect(try connection.readResponse().status == 200)

        let count = 12
        do {
            let connections = try (0..<count).map { _ in try server.connection() }
            for connection in connections { try connection.send(Self.request) }
        }
        try monitor.wait { $0.connections == 2 && $0.jobs == 0 }
        // Few have been processed before they were closed.
        let abandoned = try monitor.load().abandoned
        #expect(abandoned > count / 2)
        try connection.send(Self.request)
        #expect(try connection.readResponse().status == 200)
    }

    @Test("get it nevertheless if they have only closed their side")
    func halfClosed() throws {
        let server = try ServerProcess("--workers", "1")
        let connections = try (0..<2).map { _ in try server.connection() }
        for connection in connections {
            try connection.send(Self.request + Array(RequestText.get().utf8))
            connection.endSending()
        }
        for connection in connections {
            var response = try connection.readResponse()
            if response.status == 100 { response = try connection.readResponse() }
            #expect(response.status == 200)
            #expect(try response.json()["loss"] == 10_001)
            #expect(try connection.readResponse().text == #"{"status":"ok"}"#)
            #expect(try connection.rest().isEmpty)
        }
        #expect(try Monitor(server).load().abandoned == 0)
    }
}

/// Reads the metrics of a server.
private struct Monitor {
    private let client: CurlClient

    /// The figures that change when clients leave.
    struct Load {
        /// The number of clients that left during the work on their request.
        let abandoned: Int
        /// The number of open connections, with that of the monitor.
        let connections: Int
        /// The number of jobs that workers have begun or are to begin.
        let jobs: Int
    }

    init(_ server: ServerProcess) throws { client = try server.client() }

    func load() throws -> Load {
        let text = try client.send(.get("/metrics")).text
        let closed = "http_server_connections_closed_total"
        return Load(
            abandoned: Int(try value(#"\#(closed){reason="abandoned"}"#, in: text)),
            connections: Int(try value("http_server_open_connections", in: text)),
            jobs: Int(
                try value("loss_server_busy_workers", in: text)
                    + value("loss_server_waiting_jobs", in: text)
            )
        )
    }

    /// Reads the metrics until they meet a condition.
    func wait(until isMet: (Load) -> Bool) throws {
        let end = ContinuousClock.now + .seconds(300)
        while true {
            let load = try load()
            if isMet(load) { return }
            try #require(ContinuousClock.now < end, "\(load)")
        }
    }

    private func value(_ name: String, in text: String) throws -> Double {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return try #require(line.flatMap { Double($0.dropFirst(name.count + 1)) }, "\(name)")
    }
}
