// SPDX-License-Identifier: Apache-2.0

import FuzzSubjects

/// The subject that this executable checks.
typealias Subject = JSONSubject
