// SPDX-License-Identifier: Apache-2.0

import FuzzSubjects
import Testing

@Suite("The fuzzing corpus") struct CorpusTests {
    @Test("violates no invariant of the connection")
    func http() throws {
        for input in try StoredInput.corpus(of: "http") {
            #expect(throws: Never.self, "\(input.name)") { try HTTPSubject.check(input.bytes) }
        }
    }

    @Test("violates no invariant of the other formats")
    func formats() throws {
        for input in try StoredInput.corpus(of: "formats") {
            #expect(throws: Never.self, "\(input.name)") { try FormatsSubject.check(input.bytes) }
        }
    }

    @Test("violates no invariant of the JSON reader")
    func json() throws {
        for input in try StoredInput.corpus(of: "json") {
            #expect(throws: Never.self, "\(input.name)") { try JSONSubject.check(input.bytes) }
        }
    }
}
