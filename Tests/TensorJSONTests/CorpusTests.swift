// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TensorJSON

/// Each file of `Corpus` is named after the expected result of its bodies: `accept`,
/// `accept_numbers`, or the code of an error.
@Suite("The corpus")
struct CorpusTests {
    @Test("is accepted", arguments: try Corpus.bodies("accept") + Corpus.bodies("accept_numbers"))
    func accepted(body: [UInt8]) throws {
        try skip(body)
    }

    @Test("is accepted as numbers", arguments: try Corpus.bodies("accept_numbers"))
    func numbersAccepted(body: [UInt8]) throws {
        _ = try numbers(body)
    }

    @Test("is rejected with the code in the name of the file", arguments: try Corpus.codes())
    func rejected(code: String) throws {
        for body in try Corpus.bodies(code) {
            let text = String(decoding: body, as: UTF8.self)
            let asNumbers = #expect(throws: JSONError.self, "\(text)") { try numbers(body) }
            guard let asNumbers else { continue }
            #expect(0...body.count ~= asNumbers.position)
            guard asNumbers.isMalformed else {
                // Reading numbers may fail earlier, at a value of another kind.
                #expect(asNumbers.code == code || asNumbers.code == "unexpected_kind", "\(text)")
                continue
            }
            #expect(asNumbers.code == code, "\(text)")
            let skipped = #expect(throws: JSONError.self, "\(text)") { try skip(body) }
            #expect(skipped?.code == code, "\(text)")
            #expect(skipped?.position == asNumbers.position, "\(text)")
        }
    }

    @Test("has a file for every reason", arguments: JSONError.Reason.examples)
    func complete(reason: JSONError.Reason) throws {
        #expect(try !Corpus.bodies(reason.code).isEmpty)
    }
}
