// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossAPI
import Testing

@Suite("Metrics")
struct MetricsTests {
    private let client = Client(process: {
        ProcessUsage(
            processorSeconds: 1.5,
            residentBytes: 4_096,
            openDescriptors: 7,
            descriptorLimit: 1_024,
            startSeconds: 1_700_000_000.25
        )
    })

    private var page: String { String(decoding: client.send(.get, "/metrics").body, as: UTF8.self) }

    private func note(
        _ method: HTTPRequest.Method?,
        _ route: String,
        _ seconds: Double,
        entry: String = "",
        times: WorkTimes? = nil
    ) {
        client.responder.observe(
            .responseSent(
                Exchange(
                    method: method,
                    route: RouteName(route, entry: entry),
                    status: .ok,
                    seconds: seconds,
                    times: times,
                    requestBytes: 10,
                    responseBytes: 20
                )
            )
        )
    }

    @Test("count requests by method, route and status, in cumulative buckets")
    func exchanges() {
        for seconds in [0.001, 0.02, 100] { note(.post, "/v1/losses/{loss}", seconds) }
        let labels = #"method="POST",route="/v1/losses/{loss}",status="200""#
        let name = "http_server_request_duration_seconds"
        for line in [
            name + "_bucket{" + labels + ",le=\"2.5e-05\"} 0\n",
            name + "_bucket{" + labels + ",le=\"0.001\"} 1\n",
            name + "_bucket{" + labels + ",le=\"0.005\"} 1\n",
            name + "_bucket{" + labels + ",le=\"0.025\"} 2\n",
            name + "_bucket{" + labels + ",le=\"10.0\"} 2\n",
            name + "_bucket{" + labels + ",le=\"+Inf\"} 3\n",
            name + "_count{" + labels + "} 3\n",
            name + "_sum{" + labels + "} 100.021\n",
            "http_server_request_body_bytes_total{" + labels + "} 30\n",
            "http_server_response_body_bytes_total{" + labels + "} 60\n",
        ] {
            #expect(page.contains(line), "\(line)")
        }
    }

    @Test("count unknown methods under one label")
    func unknownMethods() {
        for name in ["BREW", "STEEP"] { note(HTTPRequest.Method(rawValue: name), "", 0.001) }
        note(nil, "", 0.001)
        let labels = #"method="_OTHER",route="",status="200""#
        #expect(page.contains("http_server_request_duration_seconds_count{\(labels)} 3\n"))
        #expect(!page.contains("BREW"))
    }

    @Test("count refusals and connections")
    func connections() {
        client.responder.observe(.refused(.missingHost))
        for _ in 0..<3 { client.responder.observe(.connectionOpened) }
        client.responder.observe(.connectionClosed(.byPeer))
        for line in [
            #"http_server_refusals_total{reason="missing-host"} 1"#,
            "http_server_connections_total 3", "http_server_open_connections 2",
            #"http_server_connections_closed_total{reason="by-peer"} 1"#,
        ] {
            #expect(page.contains(line + "\n"), "\(line)")
        }
    }

    @Test("count the responses of each loss and their computing time")
    func losses() {
        var times = WorkTimes()
        times.parse = 250_000_000
        times.compute = 500_000_000
        for entry in ["huber", "hinge", "huber"] {
            note(.post, "/v1/losses/{loss}", 1, entry: entry, times: times)
        }
        // A description of a loss is not a result.
        note(.get, "/v1/losses/{loss}", 1, entry: "huber")
        for line in [
            #"loss_server_responses_total{loss="huber",status="200"} 2"#,
            #"loss_server_responses_total{loss="hinge",status="200"} 1"#,
            #"loss_server_computing_seconds_total{loss="huber",status="200"} 1.5"#,
        ] {
            #expect(page.contains(line + "\n"), "\(line)")
        }
    }

    /// The formats of a request that is accepted, as the connection keeps them.
    private func formats(
        _ path: String,
        type: String,
        accept: String? = nil
    ) throws -> RouteName.Formats {
        var fields: HTTPFields = [.contentType: type]
        if let accept { fields[.accept] = accept }
        let head = RequestHead(
            method: .post,
            target: .resource(path: path, query: nil),
            fields: RequestFields(fields)
        )
        guard case .accept(_, let options) = client.responder.receive(head) else {
            throw NotAccepted()
        }
        return options.route.formats
    }

    private struct NotAccepted: Error {}

    @Test("count requests and bytes by the formats of requests and responses")
    func formats() throws {
        let path = "/v1/losses/huber"
        for (type, accept, names) in [
            ("application/json", nil, ("json", "json")), ("text/csv", nil, ("csv", "json")),
            ("text/csv", "application/x-ndjson", ("csv", "ndjson")),
            ("application/vnd.safetensors", nil, ("safetensors", "safetensors")),
            ("application/x-npz", "application/x-npy", ("npz", "npy")),
        ] {
            let formats = try formats(path, type: type, accept: accept)
            #expect(formats == RouteName.Formats(request: names.0, result: names.1), "\(type)")
        }
        let inference = try formats("/v2/models/huber/infer", type: "application/octet-stream")
        #expect(inference == RouteName.Formats(request: "oip", result: "oip"))
        // The result of a document is JSON, whatever else the client would prefer.
        let accept = "text/csv, application/json;q=0.5"
        let merge = try formats("/v1/merge", type: "application/x-ndjson", accept: accept)
        #expect(merge == RouteName.Formats(request: "ndjson", result: "json"))
        let route = RouteName(path).with(try formats(path, type: "text/csv", accept: "text/csv"))
        note(.post, route, 200)
        note(.post, route, 200)
        note(.post, route, 422)
        note(.post, RouteName(path), 415)
        note(.get, RouteName(path), 200)
        let csv = #"{request_format="csv",response_format="csv"}"#
        for line in [
            "loss_server_requests_total\(csv) 2", "loss_server_request_bytes_total\(csv) 20",
            "loss_server_response_bytes_total\(csv) 40",
            #"loss_server_requests_total{request_format="csv",response_format="json"} 1"#,
            #"loss_server_requests_total{request_format="other",response_format="json"} 1"#,
        ] {
            #expect(page.contains(line + "\n"), "\(line)")
        }
        let lines = page.split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("loss_server_requests_total") } == 3)
    }

    private func note(_ method: HTTPRequest.Method, _ route: RouteName, _ status: Int) {
        let exchange = Exchange(
            method: method,
            route: route,
            status: HTTPResponse.Status(code: status),
            seconds: 1,
            requestBytes: 10,
            responseBytes: 20
        )
        client.responder.observe(.responseSent(exchange))
    }

    @Test(
        "name the route of a path with an unknown name",
        arguments: [
            ("/v1/losses/nothing", "/v1/losses/{loss}"), ("/v1/losses/a/b", "/v1/losses/{loss}"),
            ("/v1/penalties/nothing", "/v1/penalties/{penalty}"),
            ("/problems/nothing", "/problems/{problem}"), ("/nothing", ""), ("/v1/nothing", ""),
        ]
    )
    func unknownNames(path: String, route: String) {
        let response = client.send(.get, path)
        #expect(response.status == .notFound)
        #expect(response.route == RouteName(route))
    }

    @Test("label responses with the name of the loss or penalty, not an alias")
    func entries() {
        let loss = client.send(
            .post,
            "/v1/losses/MSELoss",
            #"{"predictions": [1], "targets": [2]}"#
        )
        #expect(loss.status == .ok)
        #expect(loss.route == RouteName("/v1/losses/{loss}", entry: "squared_error"))
        let penalty = client.send(.post, "/v1/penalties/l1", "{}")
        #expect(penalty.status.code >= 400)
        #expect(penalty.route == RouteName("/v1/penalties/{penalty}", entry: "l1"))
    }

    @Test("include the resource usage of the process, by the names of Prometheus")
    func process() {
        for line in [
            "process_cpu_seconds_total 1.5", "process_resident_memory_bytes 4096",
            "process_open_fds 7", "process_max_fds 1024",
            "process_start_time_seconds 1700000000.25",
        ] {
            #expect(page.contains(line + "\n"), "\(line)")
        }
    }

    @Test("follow the text format: HELP and TYPE once per family, followed by samples")
    func grammar() {
        note(.post, "/v1/losses/{loss}", 0.1)
        var family = ""
        var families: Set<String> = []
        for line in page.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("# HELP ") {
                family = String(words[2])
                #expect(families.insert(family).inserted)
            } else if line.hasPrefix("# TYPE ") {
                #expect(words[2] == family)
            } else {
                #expect(line.hasPrefix(family), "\(line)")
                #expect(words.last.flatMap { Double($0) } != nil, "\(line)")
            }
        }
        #expect(page.hasSuffix("\n"))
    }
}
