// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Health") struct HealthTests {
    @Test("is ok", arguments: ["/livez", "/healthz", "/readyz"])
    func healthy(path: String) throws {
        let answer = try ServerProcess.shared.client().ask(.get(path))
        #expect(answer.status == 200)
        #expect(answer.text == #"{"status":"ok"}"#)
        #expect(answer.contentType == "application/json")
    }
}
