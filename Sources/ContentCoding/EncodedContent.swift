// SPDX-License-Identifier: Apache-2.0

package import HTTP
import HTTPTypes

extension Response {
    /// Returns the response with its content encoded; unchanged if zlib could not allocate memory.
    package func encoded(with coding: Coding) -> Response {
        let deflater = Deflater(coding)
        guard let begun = deflater.encode(body, isLast: !isStreamed) else { return self }
        var fields = fields
        fields[.contentEncoding] = coding.rawValue
        return Response(
            status: status,
            fields: fields,
            body: begun,
            source: source.map { EncodedSource($0, deflater) },
            route: route,
            problem: problem,
            times: times
        )
    }
}

extension Coding {
    /// Encodes whole content; returns `nil` if zlib could not allocate memory.
    package func encode(_ bytes: [UInt8]) -> [UInt8]? { Deflater(self).encode(bytes, isLast: true) }
}

/// Encodes content that is produced while it is sent.
private struct EncodedSource: ContentSource {
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
        // zlib may buffer a part until it has more.
        while part.isEmpty, !source.isAtEnd {
            let plain = source.next()
            part = deflater.encode(plain, isLast: source.isAtEnd) ?? []
        }
        return part
    }
}

/// Removes a content coding before another intake receives the content.
package struct DecodingIntake: Intake {
    private var inner: any Intake
    private let coding: Coding
    /// Created when the first bytes arrive, because it occupies memory.
    private var inflater: Inflater?
    private let limit: Int
    private let explain: @Sendable (Inflater.Fault) -> Response
    private var fault: Inflater.Fault?

    /// Wraps an intake.
    ///
    /// - Parameters:
    ///   - inner: The intake that receives the decoded content.
    ///   - coding: The coding to remove.
    ///   - limit: The maximum number of decoded bytes.
    ///   - explain: Makes the response if the content cannot be decoded.
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

    package var textFootprint: Int { inner.textFootprint }

    package var responseFootprint: Int { inner.responseFootprint }

    /// Leaves everything to a worker, because a few bytes can decode to a million.
    package mutating func receive(_: Span<UInt8>, isLast _: Bool) -> Bool { true }

    package mutating func receive(
        _ segment: consuming BodySegment,
        isLast: Bool,
        _ memory: MemoryAccount
    ) {
        guard fault == nil else { return }
        let bytes = segment.takeBytes()
        let coded = bytes.span.extracting(min(BodySegment.headroom, bytes.count)..<bytes.count)
        do throws(Inflater.Fault) {
            if inflater == nil {
                guard memory.reserve(Inflater.footprint) else { return }
                inflater = Inflater(coding)
            }
            var index = 0
            while let segment = try inflater?.next(coded, from: &index, limit: limit) {
                inner.receive(segment, isLast: false, memory)
                if memory.endsWork { return }
            }
            // The inner intake may read buffered content at the end, where its memory is accounted
            // for.
            if isLast { inner.receive(BodySegment(), isLast: true, memory) }
        } catch {
            fault = error
        }
    }

    package mutating func makeResponse(unless cancellation: Cancellation?) -> Response {
        do throws(Inflater.Fault) {
            if let fault { throw fault }
            guard let inflater else { throw .truncated }
            try inflater.end()
            return inner.makeResponse(unless: cancellation)
        } catch {
            return explain(error)
        }
    }
}

/// Encodes the response of another intake.
package struct EncodingIntake: Intake {
    private var inner: any Intake
    private let encode: @Sendable (Response) -> Response

    /// Wraps an intake.
    ///
    /// - Parameters:
    ///   - inner: The intake that receives the content.
    ///   - encode: Encodes its response.
    package init(
        _ inner: consuming any Intake,
        _ encode: @escaping @Sendable (Response) -> Response
    ) {
        self.inner = inner
        self.encode = encode
    }

    package var footprint: Int { inner.footprint }

    package var isBounded: Bool { inner.isBounded }

    package var textFootprint: Int { inner.textFootprint }

    package var responseFootprint: Int { inner.responseFootprint + Deflater.footprint }

    package mutating func expect(length: Int) { inner.expect(length: length) }

    package mutating func receive(_ bytes: Span<UInt8>, isLast: Bool) -> Bool {
        inner.receive(bytes, isLast: isLast)
    }

    package mutating func receive(
        _ segment: consuming BodySegment,
        isLast: Bool,
        _ memory: MemoryAccount
    ) {
        inner.receive(segment, isLast: isLast, memory)
    }

    package mutating func makeResponse(unless cancellation: Cancellation?) -> Response {
        encode(inner.makeResponse(unless: cancellation))
    }

    package mutating func restart() -> Bool { inner.restart() }
}
