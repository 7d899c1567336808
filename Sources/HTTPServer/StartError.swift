// SPDX-License-Identifier: Apache-2.0

/// Why a server cannot start.
package enum StartError: Error, Hashable, Sendable {
    /// Somebody else listens there.
    case portInUse(host: String, port: Int)
    /// Only the administrator may listen there.
    case portForbidden(port: Int)
    /// A port is a number from 0 to 65535.
    case portOutOfRange(Int)
    /// No address of this machine goes by the name.
    case unknownHost(String)
    /// The process may have fewer descriptors than it needs.
    case tooFewDescriptors(limit: Int, needed: Int)
    case system(SystemError)
}

extension StartError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .portInUse(let host, let port): "port \(port) of \(host) is already in use"
        case .portForbidden(let port): "port \(port) needs privileges; take one above 1023"
        case .portOutOfRange(let port): "\(port) is no port; take one from 0 to 65535"
        case .unknownHost(let host): "\(host) is no address of this machine"
        case .tooFewDescriptors(let limit, let needed):
            "\(limit) descriptors are too few (ulimit -n); at least \(needed) are needed"
        case .system(let error): error.description
        }
    }
}
