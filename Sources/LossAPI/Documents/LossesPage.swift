// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFacts
import LossFunctions

/// The description of all losses and penalties in Markdown, docs/losses.md.
package enum LossesPage {
    package static let markdown: String = {
        let families = Facts.Family.allCases.filter { !entries(of: $0).isEmpty }
        let parts = [introduction] + families.map { section($0) }
        return parts.joined(separator: "\n")
    }()

    /// A line of a table for each family: its name, linked to its section, and its losses.
    package static let families: [String] = Facts.Family.allCases.compactMap { family in
        let names = entries(of: family).map { $0.name.code }
        guard !names.isEmpty else { return nil }
        return "| [\(family.rawValue)](docs/losses.md#\(family.rawValue)) | "
            + names.joined(separator: ", ") + " |"
    }

    private static let introduction = """
        # Losses
        All losses and penalties of the catalogue. This page is made by `make contract`; do not edit it by
        hand. `GET /v1/losses/{loss}` has the same facts as JSON, `/v1/losses/{loss}/schema` the JSON Schema
        of the requests, and `/v1/losses/{loss}/examples` more examples.

        `p` is a prediction and `t` a target; `z` is a logit, `y` a label or a target distribution, and `w` a
        parameter of a model. Inputs and options are fields of the request, beside the
        [fields that every loss has](requests.md). In a shape, `*` stands for any dimensions, which are those
        of the losses, and a letter for the same length in all inputs of a loss.

        Case, hyphens, underscores, colons and spaces in a name are ignored: `BCELoss`, `bce_loss` and
        `bce-loss` are the same. A name that is listed with options implies them; a request that contradicts
        them is refused.

        """

    private static func entries(of family: Facts.Family) -> [Facts] {
        (Catalogue.losses + Catalogue.penalties).map { $0.facts }.filter { $0.family == family }
    }

    private static func section(_ family: Facts.Family) -> String {
        let entries = entries(of: family)
        let links = entries.map { "[\($0.name.code)](#\($0.name))" }
        return
            (["## \(family.title)", links.joined(separator: " · "), ""]
            + entries.map { entry($0) })
            .joined(separator: "\n")
    }

    private static func entry(_ facts: Facts) -> String {
        let list: CatalogueList = facts.family == .regularization ? .penalties : .losses
        let blocks: [String?] = [
            "### \(facts.name.code)",
            facts.summary,
            "$$\n\(facts.formula.tex)\n$$",
            [
                "- Formula: \(facts.formula.plain.code)",
                "- Derivative: \(facts.formula.gradient.code)",
                "- One \(list.noun) per \(facts.signature.unit.rawValue)"
                    + (facts.defaultReduction == .mean
                        ? ""
                        : "; the default reduction is \(facts.defaultReduction.rawValue.code)"),
                "- Properties: " + facts.properties.map { $0.rawValue }.joined(separator: ", "),
            ].joined(separator: "\n"),
            names(of: facts),
            inputs(of: facts),
            options(of: facts),
            conventions(of: facts),
            items("Kinks and clipping", facts.kinks),
            items("Notes", facts.notes),
            items("References", facts.references),
            example(of: facts, in: list),
        ]
        return blocks.compactMap { $0 }.joined(separator: "\n\n") + "\n"
    }

    /// The aliases, by the options that they imply.
    private static func names(of facts: Facts) -> String? {
        guard !facts.aliases.isEmpty else { return nil }
        var groups: [(implied: String, names: [String])] = []
        for alias in facts.aliases {
            let options = alias.options.sorted { $0.key < $1.key }
                .map { "\($0.key): \(JSONValue($0.value).json)".code }
            let convention = alias.convention.map { ["convention: \($0)".code] } ?? []
            let implied = (options + convention).joined(separator: ", ")
            if let index = groups.firstIndex(where: { $0.implied == implied }) {
                groups[index].names.append(alias.name.code)
            } else {
                groups.append((implied, [alias.name.code]))
            }
        }
        let texts = groups.map { group in
            (group.implied.isEmpty ? "" : "with \(group.implied): ")
                + group.names.joined(separator: ", ")
        }
        return "Also named " + texts.joined(separator: "; ") + "."
    }

    private static func inputs(of facts: Facts) -> String {
        let rows = facts.signature.inputs.flatMap { input in
            input.acceptedForms.enumerated().map { index, form in
                [
                    index == 0 ? input.name.code : "", index == 0 ? input.summary : "",
                    form.shape.description.code,
                    form.condition.domain.description
                        + (form.options.isEmpty ? "" : ", with \(form.options.code)"),
                ]
            }
        }
        return table(["input", "contents", "shape", "numbers"], rows)
    }

    private static func options(of facts: Facts) -> String? {
        guard !facts.options.isEmpty else { return nil }
        let rows = facts.options.map { option in
            let preset = option.defaultValue
            return [
                option.name.code, preset == .null ? "none" : preset.json.code, option.expected,
                option.summary,
            ]
        }
        return table(["option", "default", "accepted", "meaning"], rows)
    }

    private static func conventions(of facts: Facts) -> String? {
        guard !facts.conventions.isEmpty else { return nil }
        let rows = facts.conventions.map { convention in
            let options = convention.options.sorted { $0.key < $1.key }
                .map { "\($0.key): \(JSONValue($0.value).json)".code }
            return [
                convention.name.code, convention.version, options.joined(separator: ", "),
                convention.reduction?.rawValue.code ?? "", convention.notes.joined(separator: " "),
            ]
        }
        return table(["convention", "version", "options", "reduction", "notes"], rows)
    }

    private static func items(_ title: String, _ texts: [String]) -> String? {
        texts.isEmpty ? nil : "\(title):\n" + texts.map { "- \($0)" }.joined(separator: "\n")
    }

    private static func example(of facts: Facts, in list: CatalogueList) -> String? {
        let service = LossService { Instant(nanoseconds: 0) }
        guard let example = LossExamples(of: facts, in: list, service).examples.first else {
            return nil
        }
        return """
            `POST \(list.path(of: facts))`
            ```json
            \(example.request.body.json)
            ```
            ```json
            \(String(decoding: example.response, as: UTF8.self))
            ```
            """
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        let lines = [head, head.map { _ in "---" }] + rows
        return lines.map { cells in
            "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        .joined(separator: "\n")
    }
}

extension String {
    fileprivate var code: String { isEmpty ? "" : "`\(self)`" }
}

extension JSONValue {
    /// The value as JSON text.
    fileprivate var json: String { String(decoding: bytes, as: UTF8.self) }
}

extension Facts.Family {
    fileprivate var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}
