// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("The expectation 100-continue") struct ExpectationTests {
    @Test("gets 100 Continue before the body is sent")
    func continuation() throws {
        let connection = try ServerProcess.shared.connection()
        for _ in 0..<2 {
            try connection.send(
                "POST \(TransportTests.path) HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
                    + "Content-Length: \(TransportTests.body.utf8.count)\r\n\r\n"
            )
            let interim = try connection.readResponse()
            #expect(interim.status == 100)
            #expect(interim.fields.all.isEmpty)
            try connection.send(TransportTests.body)
            #expect(try connection.readResponse().json()["loss"] == 2.5)
        }
    }

    @Test("gets 100 Continue with libcurl, which waits for it with large bodies")
    func continuationToCurl() throws {
        var request = Request.post(TransportTests.path, TransportTests.body)
        request.fields.append("Expect", "100-continue")
        let response = try ServerProcess.shared.client().send(request)
        #expect(response.interim == [100])
        #expect(try response.json()["loss"] == 2.5)
    }

    @Test("gets an error instead of 100 Continue if the head is refused")
    func noContinuation() throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(
            "POST /nothing HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
                + "Content-Length: 1000\r\n\r\n"
        )
        let response = try connection.readResponse()
        #expect(response.status == 404)
        #expect(response.fields["Connection"] == "close")
        connection.endSending()
        #expect(try connection.rest().isEmpty)
    }
}
