// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TensorJSON

/// The files of `Corpus` are named by the verdict on every line in them: `accept`,
/// `accept_numbers`, or the code of the error.
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

    @Test("is refused with the code that a file is named by", arguments: try Corpus.codes())
    func refused(code: String) throws {
        for body in try Corpus.bodies(code) {
            let text = String(decoding: body, as: UTF8.self)
            let asNumbers = #expect(throws: JSONError.self, "\(text)") { try numbers(body) }
            guard let asNumbers else { continue }
            #expect(0...body.count ~= asNumbers.position)
            guard asNumbers.isMalformed else {
                // Reading numbers may stop at something else before the fault.
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
