// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import HTTPTypes
import LossFacts
import LossFunctions
import Testing

@Suite("The convention of a library")
struct LibraryConventionTests {
    private let client = Client()

    private func result(_ path: String, _ body: String) throws -> [String: Any] {
        let response = client.send(.post, "/v1/losses/\(path)", body)
        #expect(response.status == .ok, "\(String(decoding: response.body, as: UTF8.self))")
        return try client.json(response)
    }

    private func loss(_ path: String, _ body: String) throws -> Double {
        try #require(try result(path, body)["loss"] as? Double)
    }

    /// The convention echoed in a result.
    private func echo(_ path: String, _ body: String) throws -> [String: Any] {
        try #require(try result(path, body)["convention"] as? [String: Any])
    }

    @Test(
        "pytorch agrees with PyTorch on real data to within 1e-12",
        arguments: [
            "breast-cancer-logits", "breast-cancer-probabilities", "diabetes-regression",
            "digits-distributions", "wine-logits", "wine-probabilities",
        ]
    )
    func realData(name: String) throws {
        func object(_ path: String) throws -> [String: Any] {
            let data = Data(try text(path).utf8)
            return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        }
        var body = try object("examples/\(name).json")
        let expected = try object("examples/expected/\(name).json")
        for sample in try #require(expected["cases"] as? [[String: Any]]) {
            let options = try #require(sample["options"] as? [String: Any])
            body.merge(options) { $1 }
            body["convention"] = "pytorch"
            if name == "wine-probabilities" { body["from_logits"] = false }
            if name == "digits-distributions" {
                body["log_predictions"] = false
                body["reduction"] = "batchmean"
            }
            let loss = try #require(sample["loss"] as? String)
            let data = try JSONSerialization.data(withJSONObject: body)
            let own = try result(loss, String(decoding: data, as: UTF8.self))
            let theirs = try #require(sample["expected"] as? [String: Any])
            let (one, other) = (
                try #require(own["loss"] as? Double), try #require(theirs["loss"] as? Double)
            )
            #expect((one - other).magnitude <= 1e-12 * other)
            let slopes = numbers(own["gradient"] as Any)
            let theirSlopes = numbers(theirs["gradient"] as Any)
            #expect(slopes.count == theirSlopes.count && !slopes.isEmpty)
            let largest = theirSlopes.map { $0.magnitude }.max() ?? 0
            for (slope, other) in zip(slopes, theirSlopes) {
                #expect((slope - other).magnitude <= 1e-12 * max(largest, 1))
            }
        }
    }

    @Test(
        "is refused with a name that the library has for another loss",
        arguments: [
            ("cross_entropy", "catboost", "use binary_cross_entropy."),
            ("CrossEntropy", "lightgbm", "use binary_cross_entropy."),
            ("crossentropy", "flux", "use categorical_cross_entropy."),
            ("mae", "catboost", "use pinball"),
        ]
    )
    func otherLosses(name: String, convention: String, advice: String) throws {
        for (path, body) in [
            ("", #"{"predictions":[[1,2]],"targets":[1],"convention":"\#(convention)"}"#),
            ("?convention=\(convention)", #"{"predictions":[[1,2]],"targets":[1]}"#),
        ] {
            let response = client.send(.post, "/v1/losses/\(name)\(path)", body)
            #expect(response.problem == "conflicting-options")
            #expect(try client.detail(response).contains(advice))
        }
    }

    /// Numbers of torch 2.15.0 for residuals 1 and 2 with weights 0 and 1.
    @Test(
        "pytorch divides by the number of losses where PyTorch does",
        arguments: [
            ("squared_error", 4.0), ("absolute_error", 2), ("huber", 0.75), ("mse", 4),
            ("l1_loss", 2),
        ]
    )
    func denominators(name: String, expected: Double) throws {
        let body = """
            {"predictions":[1,2],"targets":[0,0],"weights":[0,1],"convention":"pytorch"}
            """
        #expect(try loss(name, body) == expected)
    }

    /// Numbers of torch 2.15.0.
    @Test(
        "pytorch has the losses of several classes and labels of PyTorch",
        arguments: [
            ("multi_margin_loss", #""targets":[0,2]"#, 0.45),
            ("multi_margin_loss", #""targets":[0,2],"squared":true"#, 0.7083333333333334),
            ("MultiMarginLoss", #""targets":[0,2],"class_weights":[1,2,0.5]"#, 0.225),
            (
                "MultiLabelSoftMarginLoss",
                #""targets":[[1,0,1],[0,0,1]],"label_weights":[1,2,0.5]"#, 1.1133086733576991
            ),
        ]
    )
    func rows(name: String, fields: String, expected: Double) throws {
        let body = #"{"predictions":[[2,0.5,-1],[0.1,1.2,0.3]],\#(fields)}"#
        #expect((try loss(name, body) - expected).magnitude <= 1e-12)
    }

    @Test("pytorch clamps the logarithms of probabilities at -100")
    func clamp() throws {
        let body = #"{"predictions":[0,1,0,1],"targets":[1,0,0,1],"reduction":"none"}"#
        let losses = try #require(try result("BCELoss", body)["loss"] as? [Double])
        for (loss, expected) in zip(losses, [100.0, 100, 0, 0]) {
            #expect((loss - expected).magnitude <= 1e-12)
        }
    }

    @Test("pytorch has its class axis at 1, and ignores targets of -100")
    func classes() throws {
        // Two samples of two classes at two places.
        let body = """
            {"predictions":[[[1,2],[3,5]],[[0,4],[2,1]]],"targets":[[0,1],[-100,0]]}
            """
        // The other logit is greater by 2, and less by 3 twice.
        let losses = [log1p(exp(2.0)), log1p(exp(-3.0)), log1p(exp(-3.0))]
        let expected = losses.reduce(0, +) / 3
        #expect(try (loss("CrossEntropyLoss", body) - expected).magnitude <= 1e-12)
        let echo = try echo("CrossEntropyLoss", body)
        #expect(echo["name"] as? String == "pytorch" && echo["version"] as? String == "2.15.0")
        #expect(echo["reduction"] as? String == "mean")
        let options = try #require(echo["options"] as? [String: Any])
        #expect(options["axis"] as? Double == 1 && options["ignore_index"] as? Double == -100)
        #expect(options["from_logits"] as? Bool == true)
    }

    /// Numbers of torch 2.15.0, which has the batch in the second dimension.
    @Test("pytorch divides the losses of sequences by the lengths of their targets")
    func sequences() throws {
        let body = """
            {"predictions":[[[0.2,1.7,-0.4],[2,0.5,0.1],[-1,0.3,1.2],[0.4,-0.6,0.9]],
            [[1.5,-0.3,0.2],[0.1,0.9,-1.1],[0.7,0.4,0.6],[2.2,-1.3,0.8]]],
            "targets":[[1,2],[2,1]],"lengths":[4,3],"target_lengths":[2,1],"convention":"pytorch"}
            """
        let result = try result("CTCLoss", body)
        let loss = try #require(result["loss"] as? Double)
        // PyTorch rounds a few sums of logarithms for each frame.
        #expect((loss - 1.141499747593298).magnitude <= 1e-12)
        let slopes = numbers(result["gradient"] as Any)
        let theirs = [0.02283785510430448, -0.045589350494590536, 0.02275149539028606]
        let others = [-0.03982906958130119, 0.05748204234911643, -0.017652972767815238]
        #expect(slopes.count == 24)
        for (slope, other) in zip(slopes.prefix(3) + slopes[12..<15], theirs + others) {
            #expect((slope - other).magnitude <= 1e-12)
        }
    }

    @Test("yields to explicit options, and defaults yield to it")
    func precedence() throws {
        let inputs = #""predictions":[[1,2],[3,5]],"targets":[0,-100]"#
        let echo = try echo("CrossEntropyLoss", "{\(inputs),\"reduction\":\"sum\",\"axis\":-1}")
        #expect(echo["reduction"] as? String == "sum")
        let options = try #require(echo["options"] as? [String: Any])
        #expect(options["axis"] as? Double == -1 && options["ignore_index"] as? Double == -100)
        // An explicit convention takes the place of that of the name.
        let other = try self.echo(
            "binary:logistic",
            #"{"predictions":[1,2],"targets":[0,1],"convention":"pytorch"}"#
        )
        #expect(other["name"] as? String == "pytorch")
        #expect(other["reduction"] as? String == "element_mean")
        let plain = #"{"predictions":[0.1,0.2],"targets":[0,1],"weights":[1,3]}"#
        #expect(try result("bce", plain)["convention"] == nil)
        let ratio = try loss("BCELoss", plain) / loss("bce", plain)
        #expect((ratio - 2).magnitude <= 1e-15)
        let delta = #"{"predictions":[9],"targets":[0],"delta":2,"convention":"pytorch"}"#
        #expect(try loss("huber", delta) == 16)
    }

    @Test("yields to a denominator supplied by the client")
    func normalizer() throws {
        let body = #"{"predictions":[1,2],"targets":[0,1],"normalizer":8}"#
        let own = try result("BCEWithLogitsLoss", body)
        #expect(own["normalizer"] as? Double == 8)
        #expect((own["convention"] as? [String: Any])?["reduction"] as? String == "mean")
    }

    @Test("xgboost sums, so that each row has its own gradient")
    func xgboost() throws {
        let body = #"{"predictions":[[0,0],[0,0]],"targets":[0,1],"weights":[1,2]}"#
        let own = try result("multi:softprob", body)
        #expect(own["gradient"] as? [[Double]] == [[-0.5, 0.5], [1, -1]])
        #expect(
            try result("multi:softmax", body)["gradient"] as? [[Double]] == [
                [-0.5, 0.5], [1, -1],
            ]
        )
        #expect((own["convention"] as? [String: Any])?["name"] as? String == "xgboost")
    }

    @Test("pytorch counts predictions in the mean of a divergence, and rows in other reductions")
    func divergences() throws {
        let inputs =
            #""predictions":[[-1,-0.5,-3],[-2,-0.3,-2]],"targets":[[0.2,0.5,0.3],[0.1,0.8,0.1]]"#
        let own = try result("KLDivLoss", "{\(inputs)}")
        #expect(own["normalizer"] as? Double == 6)
        let mean = try #require(own["loss"] as? Double)
        let sum = try loss("KLDivLoss", "{\(inputs),\"reduction\":\"sum\"}")
        #expect((mean - sum / 6).magnitude <= 1e-16)
        for (fields, normalizer) in [
            (#""reduction":"batchmean""#, 2.0), (#""reduction":"mean""#, 2),
            (#""reduction":"element_mean""#, 2), (#""normalizer":6"#, 6),
            (#""mask":[1,0]"#, 3), (#""weights":[2,3]"#, 6),
        ] {
            let other = try result("KLDivLoss", "{\(inputs),\(fields)}")
            #expect(other["normalizer"] as? Double == normalizer, "\(fields)")
        }
        #expect(try loss("KLDivLoss", "{\(inputs),\"normalizer\":6}") == mean)
        // The groups of an evaluation have denominators of their own.
        let body = """
            {"inputs":{\(inputs)},"groups":["a","b"],"losses":["KLDivLoss"]}
            """
        let evaluation = try client.json(client.send(.post, "/v1/evaluations", body))
        let groups = try #require(evaluation["groups"] as? [[String: Any]])
        let lists = try [evaluation, groups[0]].map {
            try #require($0["losses"] as? [[String: Any]])
        }
        let row = #"{"predictions":[[-1,-0.5,-3]],"targets":[[0.2,0.5,0.3]]}"#
        let values = lists.map { $0.first?["value"] as? Double }
        #expect(values == [mean, try loss("KLDivLoss", row)])
    }

    @Test("lightgbm has the Hessian 1 for percentages, and XGBoost 1 within the margin")
    func constantHessians() throws {
        let fields = #""outputs":["gradient","hessian"]"#
        let percentages = try result(
            "mape",
            #"{"predictions":[1,9],"targets":[4,-0.5],"weights":[1,3],"convention":"lightgbm",\#(fields)}"#
        )
        #expect(percentages["gradient"] as? [Double] == [-0.25, 3])
        #expect(percentages["hessian"] as? [Double] == [1, 3])
        let margins = try result(
            "binary:hinge",
            #"{"predictions":[0.5,2,-2],"targets":[1,1,1],"weights":[2,1,1],\#(fields)}"#
        )
        #expect(margins["gradient"] as? [Double] == [-2, 0, -1])
        #expect(margins["hessian"] as? [Double] == [2, 0x1p-126, 1])
    }

    @Test("may replace the Hessian, unless the request says otherwise")
    func surrogates() throws {
        func hessian(_ loss: String, _ fields: String) throws -> [String: Any] {
            let body = #"{"predictions":[[0,0,0]],"targets":[1],"outputs":["hessian"]\#(fields)}"#
            return try result(loss, body)
        }
        let exact = 2.0 / 9
        for (loss, fields, factor) in [
            ("multi:softprob", "", 2), ("multi:softprob", #","hessian_scale":3"#, 3),
            ("multi:softprob", #","hessian_kind":"exact""#, 1),
            ("categorical_cross_entropy", #","convention":"lightgbm""#, 1.5),
            ("cross_entropy", "", 1),
        ] {
            let own = try hessian(loss, fields)
            for number in numbers(own["hessian"] as Any) {
                #expect((number - factor * exact).magnitude <= 1e-15, "\(loss) \(fields)")
            }
        }
        let echo = try #require(
            try hessian("multi:softprob", "")["convention"] as? [String: Any]
        )
        #expect(echo["hessian_kind"] as? String == "positive")
        #expect(echo["hessian_scale"] as? Double == 2)
        #expect(echo["hessian_floor"] as? Double == 1e-16)
        for field in ["hessian_scale", "hessian_floor"] {
            let body = #"{"predictions":[1],"targets":[0],"\#(field)":2}"#
            let response = client.send(.post, "/v1/losses/mse", body)
            #expect(response.status == .unprocessableContent)
            #expect(try client.json(response)["pointer"] as? String == "/\(field)")
        }
    }

    @Test("xgboost and lightgbm give the gradients and Hessians of these libraries")
    func boosting() throws {
        let samples = try goldenRecords("boosting")
        #expect(Set(samples.compactMap { $0["library"] as? String }) == ["xgboost", "lightgbm"])
        for sample in samples {
            let own = try client.json(try client.send(sample))
            let objective = try #require(sample["objective"] as? String)
            let derivatives = sample.filter { ["gradient", "hessian"].contains($0.key) }
            #expect(derivatives.count == 2)
            // The libraries compute in single precision, and subtract.
            try compare(own, derivatives, objective) { number, _ in
                0x1p-20 * max(1, number.magnitude)
            }
        }
        let known = samples.map { $0["hessian"] as? [Any] ?? [] }.joined().count { $0 is Double }
        #expect(known >= 300)
    }

    @Test(
        "agrees with the numbers that the library computes",
        arguments: [
            ("pytorch", 1e-12, 37), ("sklearn", 1e-12, 69), ("optax", 1e-12, 26),
            // Some of their functions, or the sums, are in single precision.
            ("keras", 0x1p-21, 36), ("tensorflow", 0x1p-21, 15), ("mlx", 0x1p-21, 22),
            ("catboost", 0x1p-21, 18),
        ]
    )
    func libraries(name: String, bound: Double, count: Int) throws {
        let samples = try goldenRecords(name)
        #expect(samples.count >= count)
        let covered = Set(
            samples.compactMap {
                Catalogue.loss(named: $0["loss"] as? String ?? "")?.facts.name
            }
        )
        for facts in Catalogue.losses.map({ $0.facts })
        where facts.conventions.contains(where: { $0.name == name }) {
            #expect(covered.contains(facts.name), "\(facts.name)")
        }
        for var sample in samples {
            let loss = try #require(sample["loss"] as? String)
            if Catalogue.loss(named: loss)?.convention?.name == name {
                var request = try #require(sample["request"] as? [String: Any])
                // The name implies it.
                request["convention"] = nil
                sample["request"] = request
            }
            let own = try client.json(try client.send(sample))
            let convention = try #require(own["convention"] as? [String: Any], "\(loss): \(own)")
            #expect(convention["name"] as? String == name)
            #expect(convention["version"] as? String == sample["version"] as? String)
            let expected = try #require(sample["expected"] as? [String: Any])
            try compare(own, expected, "\(name) \(loss)") { _, largest in bound * largest }
        }
    }

    @Test("scoringrules gives the scores of forecasts, in which it does not add a median")
    func scores() throws {
        let samples = try goldenRecords("scoringrules")
        #expect(Set(samples.compactMap { $0["loss"] as? String }).count >= 10)
        for sample in samples {
            let loss = try #require(sample["loss"] as? String)
            let expected = try #require(sample["expected"] as? [String: Any])
            let own = try client.json(try client.send(sample))
            try compare(own, expected, loss) { _, largest in 1e-13 * largest }
        }
    }

    /// Julia is not needed: the numbers are those that the tests and the documentation of Flux print.
    @Test("flux agrees with Flux")
    func flux() throws {
        var count = 0
        for var sample in try goldenRecords("public") where sample["differs"] == nil {
            let source = try #require(sample["source"] as? String)
            let loss = try #require(sample["loss"] as? String ?? sample["penalty"] as? String)
            let facts = Catalogue.loss(named: loss)?.facts
            let flux = facts?.conventions.first { $0.name == "flux" }
            guard let flux, source.hasPrefix("Flux") else { continue }
            count += 1
            var request = try #require(sample["request"] as? [String: Any])
            // The convention sets them, but for a delta that is not the default.
            for name in flux.options.keys where name != "delta" { request[name] = nil }
            request["convention"] = "flux"
            sample["request"] = request
            let tolerance = try #require(sample["tolerance"] as? Double)
            let expected = try #require(sample["expected"] as? [String: Any])
            let own = try client.json(try client.send(sample))
            try compare(own, expected, source) { _, _ in tolerance }
        }
        #expect(count >= 20)
    }

    @Test("states options that its loss has, within their ranges")
    func declarations() throws {
        for facts in Catalogue.losses.map({ $0.facts }) {
            for convention in facts.conventions {
                _ = try OptionValues(convention.options, for: facts.options)
            }
            for alias in facts.aliases where alias.convention != nil {
                #expect(facts.conventions.contains { $0.name == alias.convention }, "\(alias.name)")
            }
        }
    }
}
