// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import HTTP
import HTTPTypes

/// Selects the content coding of a response.
struct ResponseCoding: Sendable {
    private let negotiation: Negotiation
    private let compression: ServiceOptions.Compression
    /// Whether responses are text, which compression shortens much.
    private let isText: Bool

    /// The minimum length of content that compression shortens noticeably.
    private static let minimumLength = 1_024
    /// The maximum length of a request whose response is encoded on the event loop, in less than a
    /// millisecond.
    private static let inlineLength = 4_096

    /// - Parameters:
    ///   - head: The head of the request, with the codings that the client accepts.
    ///   - compression: The responses that the operator wants to compress.
    ///   - isText: Whether responses are text, which compression shortens much.
    /// - Throws: A problem if the client accepts no available coding.
    init(
        for head: RequestHead,
        _ compression: ServiceOptions.Compression,
        isText: Bool = true
    ) throws(Problem) {
        let isGiven = !head.fields.isEmpty(.acceptEncoding)
        negotiation = isGiven ? Negotiation(head.fields[.acceptEncoding]) : .identity
        self.compression = compression
        self.isText = isText
        guard negotiation != .impossible else {
            throw Problem(
                .notAcceptable,
                "Accept-Encoding excludes every available coding: accept gzip, deflate or identity.",
                allowed: Coding.allCases.map { $0.rawValue } + ["identity"]
            )
        }
    }

    /// The coding of complete content; `nil` means none.
    func coding(length: Int) -> Coding? {
        switch negotiation {
        case .required(let coding): coding
        case .preferred(let coding):
            compression != .none && length >= Self.minimumLength ? coding : nil
        case .identity, .impossible: nil
        }
    }

    /// Wraps an intake so that its response is encoded, and moves long work off the event loop.
    func apply(to intake: consuming any Intake, _ intakeOptions: inout IntakeOptions) -> any Intake
    {
        guard negotiation != .identity, compressesBinary else { return intake }
        intakeOptions.inlineBytes = min(intakeOptions.inlineBytes, Self.inlineLength)
        return EncodingIntake(intake) { response in encode(response) }
    }

    /// Encodes a response if the negotiation selects a coding; problems are never encoded.
    func encode(_ response: Response) -> Response {
        guard response.status == .ok, let coding = coding(of: response) else { return response }
        return response.encoded(with: coding)
    }

    /// Whether a response that is not text is compressed: the bytes of most numbers look random.
    private var compressesBinary: Bool {
        if isText || compression == .all { return true }
        if case .required = negotiation { return true }
        return false
    }

    private func coding(of response: Response) -> Coding? {
        if response.isStreamed, compression != .all, case .preferred = negotiation { return nil }
        return coding(length: response.isStreamed ? .max : response.body.count)
    }
}
