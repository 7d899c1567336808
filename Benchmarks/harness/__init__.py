# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks are made of: questions, servers, load, tables."""
