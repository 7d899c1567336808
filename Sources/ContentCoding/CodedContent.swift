// SPDX-License-Identifier: Apache-2.0

package import HTTP
import HTTPTypes

extension Response {
    /// The same answer with its content coded; as it is where there is no memory to code it.
    package func coded(_ coding: Coding) -> Response {
        let deflater = Deflater(coding)
        guard let begun = deflater.code(body, isLast: !hasRest) else { return self }
        var fields = fields
        fields[.contentEncoding] = coding.rawValue
        return Response(
            status: status,
            fields: fields,
            body: begun,
            rest: rest.map { CodedSource($0, deflater) },
            route: route,
            problem: problem,
            times: times
        )
    }
}

extension Coding {
    /// Whole content, coded; nil where there is no memory to code it.
    package func code(_ bytes: [UInt8]) -> [UInt8]? { Deflater(self).code(bytes, isLast: true) }
}

/// Codes content that is made while it is sent.
private struct CodedSource: ContentSource {
    private var source: any ContentSource
    private let deflater: Deflater

    init(_ source: any ContentSource, _ deflater: Deflater) {
        self.source = source
        self.deflater = deflater
    }

    var footprint: Int { source.footprint + Deflater.footprint }

    var isAtEnd: Bool { source.isAtEnd }

    mutating func next() -> [UInt8] {
        var part: [UInt8] = []
        // zlib may keep a part to itself until there is more.
        while part.isEmpty, !source.isAtEnd {
            let plain = source.next()
            part = deflater.code(plain, isLast: source.isAtEnd) ?? []
        }
        return part
    }
}

/// Takes the coding off content before another takes it in.
package struct DecodingIntake: Intake {
    private var inner: any Intake
    private let inflater: Inflater
    private let limit: Int
    private let explain: @Sendable (Inflater.Fault) -> Response
    private var fault: Inflater.Fault?

    /// - Parameters:
    ///   - inner: Who takes in what has been decoded.
    ///   - coding: What is to be taken off.
    ///   - limit: How many decoded bytes there may be.
    ///   - explain: The answer where the content cannot be decoded.
    package init(
        _ inner: consuming any Intake,
        _ coding: Coding,
        limit: Int,
        explain: @escaping @Sendable (Inflater.Fault) -> Response
    ) {
        self.inner = inner
        inflater = Inflater(coding)
        self.limit = limit
        self.explain = explain
    }

    package var footprint: Int { inner.footprint + Inflater.footprint }

    package mutating func take(_ bytes: Span<UInt8>, isLast _: Bool) {
        guard fault == nil else { return }
        do throws(Inflater.Fault) {
            var index = 0
            while let piece = try inflater.next(bytes, from: &index, limit: limit) {
                inner.take(piece, isLast: false)
            }
        } catch {
            fault = error
        }
    }

    package mutating func take(_ piece: consuming Piece, isLast: Bool) {
        let bytes = piece.takeBytes()
        take(bytes.span.extracting(min(Piece.headroom, bytes.count)..<bytes.count), isLast: isLast)
    }

    package mutating func answer() -> Response {
        do throws(Inflater.Fault) {
            if let fault { throw fault }
            try inflater.end()
            return inner.answer()
        } catch {
            return explain(error)
        }
    }
}

/// Has the answer to content coded.
package struct CodingIntake: Intake {
    private var inner: any Intake
    private let code: @Sendable (Response) -> Response

    /// - Parameters:
    ///   - inner: Who takes in the content.
    ///   - code: Codes its answer.
    package init(
        _ inner: consuming any Intake,
        _ code: @escaping @Sendable (Response) -> Response
    ) {
        self.inner = inner
        self.code = code
    }

    package var footprint: Int { inner.footprint }

    package mutating func take(_ bytes: Span<UInt8>, isLast: Bool) {
        inner.take(bytes, isLast: isLast)
    }

    package mutating func take(_ piece: consuming Piece, isLast: Bool) {
        inner.take(piece, isLast: isLast)
    }

    package mutating func answer() -> Response { code(inner.answer()) }
}
