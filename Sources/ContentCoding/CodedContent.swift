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
    private let coding: Coding
    /// Made when the first bytes come: it takes memory.
    private var inflater: Inflater?
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
        self.coding = coding
        self.limit = limit
        self.explain = explain
    }

    package var footprint: Int {
        inner.footprint + (inflater == nil ? 0 : Inflater.footprint)
    }

    package var answerFootprint: Int { inner.answerFootprint }

    /// Does nothing: all of it is for a worker, since a few bytes can stand for a million.
    package mutating func take(_: Span<UInt8>, isLast _: Bool) -> Bool { true }

    package mutating func take(
        _ piece: consuming Piece,
        isLast: Bool,
        _ memory: MemoryAccount
    ) {
        guard fault == nil else { return }
        let bytes = piece.takeBytes()
        let coded = bytes.span.extracting(min(Piece.headroom, bytes.count)..<bytes.count)
        do throws(Inflater.Fault) {
            if inflater == nil {
                guard memory.take(Inflater.footprint) else { return }
                inflater = Inflater(coding)
            }
            var index = 0
            while let piece = try inflater?.next(coded, from: &index, limit: limit) {
                inner.take(piece, isLast: false, memory)
                if memory.refusal != nil { return }
            }
            // What waits for the end is read where memory is asked for.
            if isLast { inner.take(Piece(), isLast: true, memory) }
        } catch {
            fault = error
        }
    }

    package mutating func answer() -> Response {
        do throws(Inflater.Fault) {
            if let fault { throw fault }
            guard let inflater else { throw .truncated }
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

    package var answerFootprint: Int { inner.answerFootprint + Deflater.footprint }

    package mutating func take(_ bytes: Span<UInt8>, isLast: Bool) -> Bool {
        inner.take(bytes, isLast: isLast)
    }

    package mutating func take(
        _ piece: consuming Piece,
        isLast: Bool,
        _ memory: MemoryAccount
    ) {
        inner.take(piece, isLast: isLast, memory)
    }

    package mutating func answer() -> Response { code(inner.answer()) }
}
