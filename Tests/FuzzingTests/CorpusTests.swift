// SPDX-License-Identifier: Apache-2.0

import FuzzSubjects
import Testing

@Suite("What fuzzers have found worth keeping") struct CorpusTests {
    @Test("breaks no promise of the connection's")
    func http() throws {
        for input in try Inputs.kept("http") {
            #expect(throws: Never.self, "\(input.name)") { try HTTPSubject.check(input.bytes) }
        }
    }

    @Test("breaks no promise of the JSON reader's")
    func json() throws {
        for input in try Inputs.kept("json") {
            #expect(throws: Never.self, "\(input.name)") { try JSONSubject.check(input.bytes) }
        }
    }
}
