// SPDX-License-Identifier: Apache-2.0

/// The name of a loss behind those of a library and its modules, as in `torch.nn.MSELoss`.
struct QualifiedName {
    /// The name itself.
    let own: String
    /// The name that the convention of the library has if a loss has one.
    let convention: String

    /// The maximum length of a name in bytes; longer ones take too long to take apart.
    private static let maximumLength = 256

    /// `nil` if the name has nothing before it, or is longer than any name of a library.
    init?(_ name: String) {
        guard name.utf8.count <= Self.maximumLength else { return nil }
        let parts = name.replacing("::", with: ".").split(separator: ".").map(String.init)
        guard parts.count > 1, let own = parts.last, let library = parts.first else { return nil }
        self.own = own
        convention =
            switch library {
            case "torch", "nn", "F": "pytorch"
            case "tf" where parts.contains("keras"): "keras"
            case "tf": "tensorflow"
            default: library.lowercased()
            }
    }
}
