// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("The expectation 100-continue") struct ExpectationTests {
    @Test("brings 100 Continue before the body is sent")
    func continuation() throws {
        let connection = try ServerProcess.shared.connection()
        for _ in 0..<2 {
            try connection.send(
                "POST \(TransportTests.path) HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
                    + "Content-Length: \(TransportTests.body.utf8.count)\r\n\r\n"
            )
            let interim = try connection.answer()
            #expect(interim.status == 100)
            #expect(interim.fields.all.isEmpty)
            try connection.send(TransportTests.body)
            #expect(try connection.answer().json()["loss"] == 2.5)
        }
    }

    @Test("brings 100 Continue to libcurl, which waits for it with large bodies")
    func continuationToCurl() throws {
        var question = Question.post(TransportTests.path, TransportTests.body)
        question.fields.append("Expect", "100-continue")
        let answer = try ServerProcess.shared.client().ask(question)
        #expect(answer.interim == [100])
        #expect(try answer.json()["loss"] == 2.5)
    }

    @Test("brings the refusal instead of 100 Continue where the head decides")
    func noContinuation() throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(
            "POST /nothing HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
                + "Content-Length: 1000\r\n\r\n"
        )
        let answer = try connection.answer()
        #expect(answer.status == 404)
        #expect(answer.fields["Connection"] == "close")
        connection.endSending()
        #expect(try connection.rest().isEmpty)
    }
}
