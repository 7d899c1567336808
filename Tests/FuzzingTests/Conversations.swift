// SPDX-License-Identifier: Apache-2.0

/// Sequences of requests that a client sends at once, all of them valid HTTP.
enum Conversations {
    static let all = [
        get("/livez") + lossRequest(mean) + get("/v1/losses?unit=row", ["Accept: */*"]),
        lossRequest(mean) + lossRequest(#"{"predictions":3,"targets":1}"#, to: "mae")
            + lossRequest(mean),
        chunkedLossRequest(mean, size: 5) + lossRequest(mean),
        chunkedLossRequest(mean, size: 16, extension: ";a=b;c=\"d\\\"\"", trailer: "T: u\r\n")
            + request("HEAD", "/v1/losses/huber"),
        lossRequest(mean, fields: ["Expect: 100-continue"])
            + chunkedLossRequest(mean, size: 40, fields: ["Expect: 100-continue"]) + get("/readyz"),
        request("POST", "/nowhere", ["Content-Length: 5"], "abcde")
            + request(
                "POST",
                "/v1/losses/mse",
                ["Content-Type: text/html", "Transfer-Encoding: chunked"],
                "3\r\nabc\r\n0\r\n\r\n"
            )
            + request("OPTIONS", "*") + get("/problems/draining"),
        "\r\n" + get("http://a.example:80/%2e/v1") + "\r\n\r\n"
            + request("PUT", "/", ["X: \t y \t"])
            + lossRequest("{", fields: ["Connection: close"]) + get("/"),
        "GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + "GET /readyz HTTP/1.0\r\n\r\n",
        streamedRows("text/csv", ["predictions,targets\n1,2\n", "3,4\n5", ",6\n"])
            + streamedRows("application/x-ndjson", [row, row, "{"]),
    ]

    /// The statuses of the responses to each sequence.
    static let statuses = [
        [200, 200, 200], [200, 200, 200], [200, 200], [200, 200], [200, 200, 200],
        [404, 415, 204, 200], [404, 405, 400], [200, 200], [200, 400],
    ]

    private static let row = "{\"predictions\":1,\"targets\":2}\n"

    /// A request whose response may begin before its last part.
    private static func streamedRows(_ type: String, _ parts: [String]) -> String {
        let chunks = parts.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }
        return request(
            "POST",
            "/v1/losses/mse?outputs=loss,gradient&reduction=sum",
            [
                "Content-Type: \(type)", "Prefer: respond-streaming",
                "Transfer-Encoding: chunked",
            ],
            chunks.joined() + "0\r\n\r\n"
        )
    }

    private static let mean = #"{"predictions":[1,2.5],"targets":[0,1e-3],"reduction":"sum"}"#

    private static func get(_ target: String, _ fields: [String] = []) -> String {
        request("GET", target, fields)
    }

    private static func lossRequest(
        _ body: String,
        to loss: String = "mse",
        fields: [String] = []
    ) -> String {
        let contentFields = [
            "Content-Type: application/json", "Content-Length: \(body.utf8.count)",
        ]
        return request("POST", "/v1/losses/\(loss)", contentFields + fields, body)
    }

    private static func chunkedLossRequest(
        _ body: String,
        size: Int,
        extension: String = "",
        trailer: String = "",
        fields: [String] = []
    ) -> String {
        var chunks = ""
        var rest = body[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(size)
            rest = rest.dropFirst(size)
            chunks += "\(String(chunk.utf8.count, radix: 16))\(`extension`)\r\n\(chunk)\r\n"
        }
        let contentFields = ["Content-Type: application/json", "Transfer-Encoding: chunked"]
        return request(
            "POST",
            "/v1/losses/mse",
            contentFields + fields,
            chunks + "0\r\n\(trailer)\r\n"
        )
    }

    private static func request(
        _ method: String,
        _ target: String,
        _ fields: [String] = [],
        _ body: String = ""
    ) -> String {
        (["\(method) \(target) HTTP/1.1", "Host: example.org"] + fields + ["", body])
            .joined(separator: "\r\n")
    }
}
