// SPDX-License-Identifier: Apache-2.0

import Formats
package import HTTP
import LossFacts
import LossFunctions
package import Requests

/// Creates the intakes that parse, evaluate and serialize requests.
package struct LossService: Sendable {
    /// The default maximum nesting depth of JSON.
    package static let defaultDepth = 32

    /// The default maximum number of steps of a loss: about three seconds on one core.
    package static let defaultSteps = 1_000_000_000

    /// The default maximum number of groups whose sums are kept apart: about 25 MB.
    package static let defaultGroups = 10_000

    let maximumDepth: Int
    let limits: ComputationLimits
    let maximumBody: Int
    let clock: MonotonicClock

    /// - Parameters:
    ///   - maximumDepth: The maximum nesting depth of JSON.
    ///   - limits: The limits of computations.
    ///   - maximumBody: The maximum length of a body in bytes, once it is inflated.
    ///   - clock: The clock for Server-Timing.
    package init(
        maximumDepth: Int = defaultDepth,
        limits: ComputationLimits = ComputationLimits(steps: defaultSteps, groups: defaultGroups),
        maximumBody: Int = Limits().bodyBytes,
        clock: @escaping MonotonicClock
    ) {
        self.maximumDepth = maximumDepth
        self.limits = limits
        self.maximumBody = maximumBody
        self.clock = clock
    }

    /// Creates the intake for the body of a request.
    ///
    /// - Parameters:
    ///   - route: The route of the request.
    ///   - query: The query of the request, which may contain options.
    ///   - formats: The formats of the request and of its result.
    /// - Returns: The intake; `nil` if the route does not accept a body.
    /// - Throws: A problem with the query.
    func intake(
        for route: Route,
        query: String?,
        formats: ContentFormats = .json
    ) throws(Problem) -> (any Intake)? {
        guard case .entry(_, let found) = route else { return nil }
        switch formats.request {
        case .json:
            let builder = try RequestBuilder.make(for: found, query, formats, limits: limits)
            return RequestIntake(
                members: MemberReader(maximumDepth: maximumDepth),
                builder: builder,
                initial: RestartPoint(builder),
                format: formats.result,
                route: route.name,
                clock: clock
            )
        case .safetensors:
            return try intake(SafeTensorsReader(), for: found, route, query, formats)
        case .npy:
            // The arrays have no names, only an order.
            let signature = found.facts.signature
            let inputs = signature.inputs.map { $0.name }
            let reader = NPYReader(
                names: inputs + ["weights", "mask"] + signature.tokenMasks + signature.lengths
            )
            return try intake(reader, for: found, route, query, formats)
        case .npz:
            return try intake(NPZReader(limit: maximumBody), for: found, route, query, formats)
        case .csv:
            let names = try Self.columns(.init(of: found.facts), query)
            return try intake(CSVReader(names: names), for: found, route, query, formats)
        case .ndjson:
            let names = try Self.columns(.init(of: found.facts), query)
            let reader = NDJSONReader(names: names, maximumDepth: maximumDepth)
            return try intake(reader, for: found, route, query, formats)
        }
    }

    /// The names of the columns of a table, and those that the query chooses: `field:column`, or the name
    /// of a field, separated by commas.
    static func columns(_ own: TableFields, _ query: String?) throws(Problem) -> ColumnNames {
        let fields = own.names
        guard let text = try ContentFormats.value(of: ContentFormats.columns, in: query) else {
            return ColumnNames(fields: fields, labels: own.labels)
        }
        var choices: [(field: String, columns: [String])] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let (field, column) = (String(pair[0]), String(pair.last ?? ""))
            guard fields.contains(field), !column.isEmpty else {
                throw Problem(
                    .notAllowed,
                    "columns in the query is \(text.quoted), but must be fields with their columns, such as "
                        + "\(fields[0]):score, separated by commas. Fields: "
                        + "\(fields.joined(separator: ", ")).",
                    allowed: fields
                )
            }
            if let index = choices.firstIndex(where: { $0.field == field }) {
                choices[index].columns.append(column)
            } else {
                choices.append((field, [column]))
            }
        }
        let chosen = choices.map { ColumnNames.Choice(field: $0.field, columns: $0.columns) }
        return ColumnNames(fields: fields, chosen: chosen, labels: own.labels)
    }

    private func intake(
        _ reader: some TableReader,
        for found: Catalogue.Found,
        _ route: Route,
        _ query: String?,
        _ formats: ContentFormats
    ) throws(Problem) -> any Intake {
        let builder = try RequestBuilder.make(for: found, query, formats, limits: limits)
        let results =
            formats.streamsRows && builder.yieldsRows
            ? ResultRows(as: formats.result.format) : nil
        return RequestIntake(
            members: TableBody(
                reader,
                foldsRows: builder.sumsRows || results != nil,
                results: results,
                limit: maximumBody
            ),
            builder: builder,
            initial: nil,
            format: formats.result,
            route: route.name,
            clock: clock
        )
    }

    /// Creates the intake for a request of the Open Inference Protocol.
    ///
    /// - Parameters:
    ///   - found: The model.
    ///   - route: The route of the request.
    ///   - query: The query of the request, which may contain options.
    ///   - jsonLength: The length of the JSON before binary tensors; `nil` if there are none.
    /// - Returns: The intake.
    /// - Throws: A problem with the query.
    func intake(
        for found: Catalogue.Found,
        on route: Route,
        query: String?,
        _ jsonLength: Int?
    ) throws(Problem) -> any Intake {
        let reader = InferenceReader(jsonLength: jsonLength)
        return try intake(reader, for: found, route, query, nil)
    }

    private func intake(
        _ reader: some TensorReader,
        for found: Catalogue.Found,
        _ route: Route,
        _ query: String?,
        _ formats: ContentFormats?
    ) throws(Problem) -> any Intake {
        RequestIntake(
            members: TensorBody(reader),
            builder: try .make(for: found, query, formats, limits: limits),
            initial: nil,
            format: formats?.result ?? .json,
            route: route.name,
            clock: clock
        )
    }
}

/// The fields that the rows of a table may have.
struct TableFields {
    /// The names, of which there is at least one.
    let names: [String]
    /// The names of those that have labels instead of numbers.
    let labels: [String]
}

extension TableFields {
    /// The fields of a loss or penalty.
    fileprivate init(of facts: Facts) {
        names = RequestField.ofRows(of: facts)
        labels = names.filter { RequestField.named($0, of: facts)?.kind == .labels }
    }
}
