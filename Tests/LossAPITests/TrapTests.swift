// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import HTTPTypes
import Testing

/// Tests/Golden/traps.json: requests at which libraries are wrong or differ.
@Suite("The traps of other libraries")
struct TrapTests {
    private let client = Client()

    @Test("have the true value within units in the last place, or are refused as stated")
    func answers() throws {
        for sample in try goldenRecords("traps") {
            let about = try #require(sample["about"] as? String)
            let response = try client.send(try sent(sample))
            let result = try client.json(response)
            guard let expected = sample["expected"] as? [String: Any] else {
                #expect(response.status.code == sample["status"] as? Int, "\(about)")
                let problem = try #require(sample["problem"] as? String, "\(about)")
                #expect(result["type"] as? String == "/problems/\(problem)", "\(about)")
                let pointer = sample["pointer"] as? String
                #expect(result["pointer"] as? String == pointer, "\(about)")
                continue
            }
            #expect(response.status == .ok, "\(about): \(result)")
            #expect(!expected.isEmpty, "\(about)")
            let ulps = try #require(sample["ulps"] as? Double, "\(about)")
            for (member, value) in expected {
                let own = result[member]
                #expect(
                    agrees(own, value, ulps),
                    "\(about): \(member) is \(own as Any), not \(value)"
                )
            }
        }
    }

    @Test("are 46, in order, of which some need a loss that is absent")
    func numbers() throws {
        let cases = try goldenRecords("traps")
        let traps = cases.compactMap { $0["trap"] as? Int }
        #expect(traps.count == cases.count)
        #expect(traps == traps.sorted())
        let records = try goldenRecords("traps", "absent")
        let absent = records.compactMap { $0["trap"] as? Int }
        #expect(absent.count == records.count)
        #expect(records.allSatisfy { $0["loss"] is String })
        #expect(Set(traps + absent) == Set(1...46))
    }

    /// The case with its request as it is sent, its arrays repeated as often as it states.
    private func sent(_ sample: [String: Any]) throws -> [String: Any] {
        guard let count = sample["repeat"] as? Int else { return sample }
        var request = try #require(sample["request"] as? [String: Any])
        for input in ["predictions", "targets"] {
            let numbers = try #require(request[input] as? [Any])
            request[input] = Array(repeatElement(numbers, count: count).joined())
        }
        var whole = sample
        whole["request"] = request
        return whole
    }

    /// Whether nested arrays and objects are the same, to within `ulps` units in the last place of
    /// each number.
    private func agrees(_ own: Any?, _ stated: Any, _ ulps: Double) -> Bool {
        if let stated = stated as? [String: Any] {
            guard let own = own as? [String: Any] else { return false }
            return stated.allSatisfy { agrees(own[$0.key], $0.value, ulps) }
        }
        if let stated = stated as? [Any] {
            guard let own = own as? [Any], own.count == stated.count else { return false }
            return zip(own, stated).allSatisfy { agrees($0, $1, ulps) }
        }
        // The text of a number is exact; a number of many digits is read as a decimal one.
        guard let own, let number = Double("\(own)"), let other = Double("\(stated)") else {
            return false
        }
        return (number - other).magnitude <= ulps * other.ulp
    }
}
