// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("An invalid body") struct MalformedBodyTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let body: String
        let status: Int
        let type: String
        var reason: String?
        var position: Int?
        var pointer: String?
        var detail = ""
        var path = "/v1/losses/mse"

        var testDescription: String { String(body.prefix(60)) }
    }

    /// Bodies that are not JSON: the byte is reported.
    static let syntax: [Fault] = [
        broken(#"{"predictions": [1, 2], "targets": [1"#, "unexpected_end", 37),
        broken(#"{"predictions": [1, 2], "targets""#, "unexpected_end", 33),
        broken("{", "unexpected_end", 1),
        broken("   ", "unexpected_end", 3),
        broken(#"{"predictions": [1, 2,], "targets": [1, 2]}"#, "trailing_comma", 22),
        broken(#"{"predictions": [1], "targets": [1],}"#, "trailing_comma", 36),
        broken(#"{"predictions": [NaN], "targets": [1]}"#, "nan_token", 17),
        broken(#"{"predictions": [Infinity], "targets": [1]}"#, "nan_token", 17),
        broken(#"{"predictions": [-Infinity], "targets": [1]}"#, "nan_token", 17),
        broken(#"{'predictions': [1], "targets": [1]}"#, "single_quote", 1),
        broken(#"{predictions: [1], "targets": [1]}"#, "unquoted_key", 1),
        broken(#"{"predictions": [01], "targets": [1]}"#, "leading_zero", 17),
        broken(#"{"predictions": [+1], "targets": [1]}"#, "leading_plus", 17),
        broken(#"{"predictions": [.5], "targets": [1]}"#, "missing_integer_digits", 17),
        broken(#"{"predictions": [1.], "targets": [1]}"#, "missing_fraction_digits", 17),
        broken(#"{"predictions": [1e], "targets": [1]}"#, "missing_exponent_digits", 17),
        broken(#"{"predictions": [0x1F], "targets": [1]}"#, "hexadecimal_number", 17),
        broken(#"{"predictions": [1] "targets": [1]}"#, "unexpected_byte", 20),
        broken(#"{"predictions": [1 2], "targets": [1]}"#, "unexpected_byte", 19),
        broken(#"{"predictions": [1], "predictions": [1]}"#, "duplicate_key", 21),
        broken("\u{FEFF}{}", "byte_order_mark", 0),
        broken(#"{"predictions": [1], "targets": [1]} 2"#, "trailing_bytes", 37),
        broken(#"{"predictions": [1], /* one */ "targets": [1]}"#, "comment", 21),
        broken(#"{"predictions": None}"#, "unknown_word", 16),
        broken(#"{"reduction": "\x"}"#, "invalid_escape", 15),
        broken("{\"reduction\": \"a\u{1}\"}", "control_character", 16),
        broken(#"{"predictions": "# + String(repeating: "[", count: 100), "too_deep", 47),
    ]

    /// Valid JSON but invalid requests: the value is reported.
    static let content: [Fault] = [
        wrong(#"[1, 2]"#, "wrong-kind", "", "an object"),
        wrong(#"{"predictions": [[1, 2], [3]], "targets": 1}"#, "ragged-array", "/predictions/1"),
        wrong(#"{"predictions": [1, [2]], "targets": 1}"#, "ragged-array", "/predictions/1"),
        wrong(
            #"{"predictions": [1, "2"], "targets": [1, 2]}"#,
            "wrong-kind",
            "/predictions/1",
            "2"
        ),
        wrong(#"{"predictions": [1, null], "targets": [1, 2]}"#, "missing-value", "/predictions/1"),
        wrong(#"{"predictions": [1], "targets": [true]}"#, "wrong-kind", "/targets/0"),
        wrong(#"{"predictions": [1], "targets": [1e999]}"#, "number-too-large", "/targets/0"),
        wrong(#"{"predictions": [1, 2], "targets": [1]}"#, "shape-mismatch", "/targets", "[2]"),
        wrong(#"{"predictions": [[1], [2]], "targets": [1, 2]}"#, "shape-mismatch", "/targets"),
        wrong(
            #"{"predictions": [1], "targets": [1], "wieghts": [1]}"#,
            "unknown-field",
            "/wieghts",
            "\"weights\""
        ),
        wrong(#"{"predictions": [1]}"#, "missing-field", "/targets", "targets"),
        wrong(
            #"{"predictions": [1, 2], "targets": [1, 2], "weights": [1, -2]}"#,
            "outside-domain",
            "/weights/1",
            "-2"
        ),
        wrong(
            #"{"predictions": [1, 2], "targets": [1, 2], "weights": [0, 0]}"#,
            "nothing-to-average",
            "/weights"
        ),
        wrong(
            #"{"predictions": [1, 2], "targets": [1, 2], "weights": [1, 2, 3]}"#,
            "shape-mismatch",
            "/weights"
        ),
        wrong(
            #"{"predictions": [1], "targets": [1], "reduction": "maen"}"#,
            "not-allowed",
            "/reduction",
            "\"mean\""
        ),
        wrong(
            #"{"predictions": [1], "targets": [1], "outputs": ["loss", "hesian"]}"#,
            "not-allowed",
            "/outputs/1",
            "\"hessian\""
        ),
        wrong(#"{"predictions": [1], "targets": [1], "outputs": []}"#, "not-allowed", "/outputs"),
        wrong(#"{"predictions": [], "targets": []}"#, "empty-input", "/predictions"),
        wrong(
            #"{"predictions": [1e308], "targets": [-1e308]}"#,
            "not-finite",
            "/predictions/0"
        ),
        wrong(
            #"""
            {"predictions": [1], "targets": [1],
             "regularization": [{"penalty": "l2", "parameters": [1], "strength": -1}]}
            """#,
            "out-of-range",
            "/regularization/0/strength"
        ),
        wrong(
            #"{"predictions": [1], "targets": [1], "regularization": [{"penalty": "l2"}]}"#,
            "missing-field",
            "/regularization/0/parameters",
            "parameters"
        ),
        wrong(
            #"""
            {"predictions": [1], "targets": [1], "reduction": "none",
             "regularization": [{"penalty": "l2", "parameters": [1]}]}
            """#,
            "conflicting-options",
            "/regularization"
        ),
        wrong(
            #"{"parameters": [1], "strenght": 1}"#,
            "unknown-field",
            "/strenght",
            "\"strength\"",
            path: "/v1/penalties/l2"
        ),
    ]

    @Test("gets an error with the byte if it is not JSON", arguments: syntax)
    func notJSON(fault: Fault) throws {
        try expect(fault)
    }

    @Test("gets an error with the value and the accepted ones if it is JSON", arguments: content)
    func invalidRequest(fault: Fault) throws {
        try expect(fault)
    }

    @Test("may contain bytes that are not text")
    func notText() throws {
        let bytes = Array(#"{"reduction": ""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
        let client = try ServerProcess.shared.client()
        let problem = try client.send(.post("/v1/losses/mse", bytes: bytes))
            .expectProblem(400, "malformed-json")
        #expect(problem["reason"] == "invalid_utf8")
        #expect(problem["position"] == 15)
    }

    /// Expects the connection to stay open, because the error is not in the framing.
    private func expect(_ fault: Fault) throws {
        let client = try ServerProcess.shared.client()
        let before = try client.send(.get("/livez"))
        let response = try client.send(.post(fault.path, fault.body))
        let problem = try response.expectProblem(fault.status, fault.type)
        if let reason = fault.reason { #expect(problem["reason"] == .string(reason)) }
        #expect(problem["position"]?.integer == fault.position, "\(response.text)")
        if let pointer = fault.pointer { #expect(problem["pointer"] == .string(pointer)) }
        #expect(fault.position != nil || fault.pointer != nil || problem["allowed"] != nil)
        #expect(
            fault.detail.isEmpty || problem["detail"]?.string?.contains(fault.detail) == true,
            "\(response.text)"
        )

        let after = try client.send(.post("/v1/losses/mse", #"{"predictions": 3, "targets": 1}"#))
        #expect(try after.json()["loss"] == 4)
        #expect(response.newConnections + after.newConnections == 0)
        #expect(after.localPort == before.localPort)
    }

    private static func broken(_ body: String, _ reason: String, _ position: Int) -> Fault {
        Fault(body: body, status: 400, type: "malformed-json", reason: reason, position: position)
    }

    private static func wrong(
        _ body: String,
        _ type: String,
        _ pointer: String?,
        _ detail: String = "",
        path: String = "/v1/losses/mse"
    ) -> Fault {
        Fault(body: body, status: 422, type: type, pointer: pointer, detail: detail, path: path)
    }
}
