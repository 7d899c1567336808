# SPDX-License-Identifier: Apache-2.0

#: That of the server in `Sources/LossAPI/Release.swift`.
__version__ = "0.1.0"
