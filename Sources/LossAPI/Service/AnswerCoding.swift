// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import HTTP
import HTTPTypes

/// Which coding an answer gets.
struct AnswerCoding: Sendable {
    private let negotiation: Negotiation
    private let compression: ServiceOptions.Compression

    /// Shorter content is hardly shorter when it is coded.
    private static let leastBytes = 1_024
    /// Questions up to this length have answers that are coded in less than a millisecond, on the
    /// event loop.
    private static let shortBytes = 4_096

    /// - Parameters:
    ///   - head: What the client accepts.
    ///   - compression: What the operator wants.
    /// - Throws: That the client accepts nothing there is.
    init(for head: RequestHead, _ compression: ServiceOptions.Compression) throws(Problem) {
        let isSaid = !head.fields.isEmpty(.acceptEncoding)
        negotiation = isSaid ? Negotiation(head.fields[.acceptEncoding]) : .identity
        self.compression = compression
        guard negotiation != .impossible else {
            throw Problem(
                .notAcceptable,
                "Accept-Encoding refuses every coding there is: accept gzip, deflate or identity.",
                allowed: Coding.allCases.map { $0.rawValue } + ["identity"]
            )
        }
    }

    /// The coding of content that is complete; nil: none.
    func coding(length: Int) -> Coding? {
        switch negotiation {
        case .required(let coding): coding
        case .preferred(let coding):
            compression != .none && length >= Self.leastBytes ? coding : nil
        case .identity, .impossible: nil
        }
    }

    /// Codes the answer of an intake where that is wanted, and keeps long work off the event loop.
    func apply(to intake: consuming any Intake, _ intakeOptions: inout IntakeOptions) -> any Intake
    {
        guard negotiation != .identity else { return intake }
        intakeOptions.inlineBytes = min(intakeOptions.inlineBytes, Self.shortBytes)
        return EncodingIntake(intake) { response in code(response) }
    }

    /// The same answer, coded where that is wanted; explanations of problems stay as they are.
    func code(_ response: Response) -> Response {
        guard response.status == .ok, let coding = coding(of: response) else { return response }
        return response.encoded(with: coding)
    }

    private func coding(of response: Response) -> Coding? {
        if response.isStreamed, compression != .all, case .preferred = negotiation { return nil }
        return coding(length: response.isStreamed ? .max : response.body.count)
    }
}
