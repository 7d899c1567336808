// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// The responses of the health probes.
enum HealthDocument {
    static let mediaType = "application/health+json"

    /// The response to a probe.
    ///
    /// Its format is that of draft-inadarei-api-health-check if `Accept` prefers that.
    static func response(to head: RequestHead, isDraining: Bool, route: RouteName) -> Response {
        let document =
            switch (wantsDetails(head), isDraining) {
            case (false, false): ready
            case (false, true): draining
            case (true, false): readyDetails
            case (true, true): drainingDetails
            }
        return Response(
            status: isDraining ? .serviceUnavailable : .ok,
            fields: document.fields,
            body: document.body,
            isBodyShared: true,
            route: route
        )
    }

    private typealias Document = (fields: ResponseFields, body: [UInt8])

    private static let ready = document(isDetailed: false, isDraining: false)
    private static let draining = document(isDetailed: false, isDraining: true)
    private static let readyDetails = document(isDetailed: true, isDraining: false)
    private static let drainingDetails = document(isDetailed: true, isDraining: true)

    private static func document(isDetailed: Bool, isDraining: Bool) -> Document {
        var fields: ResponseFields = [
            .contentType: isDetailed ? mediaType : "application/json",
            .cacheControl: "no-store", .vary: "Accept",
        ]
        if isDraining { fields[.retryAfter] = "1" }
        let body: JSONValue =
            isDetailed
            ? details(isDraining: isDraining) : ["status": isDraining ? "draining" : "ok"]
        return (fields, body.bytes)
    }

    private static func wantsDetails(_ head: RequestHead) -> Bool {
        guard !head.fields.isEmpty(.accept), let accept = head.fields[.accept] else { return false }
        let list = WeightedList(accept)
        let weight = list.weight(of: mediaType) ?? 0
        return weight > 0 && weight >= list.weight(of: "application/json") ?? 0
    }

    private static func details(isDraining: Bool) -> JSONValue {
        JSONValue(present: [
            ("status", .string(isDraining ? "fail" : "pass")),
            ("version", "1"),
            ("releaseId", .string(Release.version)),
            ("serviceId", "loss-server"),
            ("description", "Machine-learning loss functions and their gradients"),
            ("output", isDraining ? "The server is draining: use another instance." : nil),
        ])
    }
}
