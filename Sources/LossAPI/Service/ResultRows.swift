// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import HTTPTypes
import Requests

/// The results of rows as lines of text, which are sent while the rows of the request arrive.
///
/// The response begins with the first of them. Its loss and statistics follow from all rows, so they come
/// last: in the trailer section, and in NDJSON also in a last line.
struct ResultRows: Sendable {
    /// CSV or NDJSON.
    private let format: BodyFormat
    private var text: [UInt8] = []
    /// Whether any row has been appended; a request without rows has the usual response.
    private(set) var hasRows = false
    /// Whether the first lines have been taken.
    private var hasBegun = false

    /// The name of the preference that asks for them (RFC 7240).
    static let preference = "respond-streaming"

    init(as format: BodyFormat) { self.format = format }

    /// The memory in use, in bytes.
    var footprint: Int { text.capacity }

    /// Appends the lines of the next rows; returns `false` if memory is exhausted.
    ///
    /// - Throws: A problem if the arrays of the rows do not have the same number of rows.
    mutating func append(_ rows: Evaluation, _ meter: MemoryAccount?) throws(Problem) -> Bool {
        guard let table = try ResultTable(rows.arrays, as: format) else { return true }
        // Twice, because the text is copied as it grows. The account of the job is settled afterwards.
        guard meter?.reserve(2 * table.mostBytes) ?? true else { return false }
        let lines = table.text(withHeader: !hasRows)
        if text.isEmpty { text = lines } else { text += lines }
        hasRows = true
        return true
    }

    /// Takes the lines so far out.
    mutating func take() -> ResultRows {
        let taken = self
        text = []
        hasBegun = hasRows
        return taken
    }

    /// The part of a response that has the lines; `nil` if there are none.
    consuming func part(on route: RouteName) -> Response? {
        guard !text.isEmpty else { return nil }
        return Response(
            status: .ok,
            fields: hasBegun ? .none : fields,
            body: text,
            route: route,
            extent: .part(frame)
        )
    }

    /// The last part of a response, which has the lines and the result of all rows.
    consuming func end(with result: Evaluation, _ times: WorkTimes, on route: RouteName) -> Response
    {
        var body = text
        if format == .ndjson {
            body +=
                Array("{\"result\":".utf8) + ResultText.serialize(result).start + Array("}\n".utf8)
        }
        return Response(
            status: .ok,
            fields: hasBegun ? .none : fields,
            body: body,
            route: route,
            times: times,
            extent: .end(trailers: ResponseFields.none.adding(result))
        )
    }

    /// The frame of a problem in the last line; CSV has no place for one.
    private var frame: Response.ProblemFrame? {
        format == .ndjson ? Response.ProblemFrame(before: "{\"error\":", after: "}\n") : nil
    }

    private var fields: ResponseFields {
        var fields = ResponseFields.ofResults(in: format, ofRows: true)
        fields.append([
            .preferenceApplied: Self.preference,
            .trailer: "Loss, Loss-Normalizer, Loss-Skipped, Loss-Statistics, Loss-Convention",
        ])
        return fields
    }
}
