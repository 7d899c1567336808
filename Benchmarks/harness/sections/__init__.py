# SPDX-License-Identifier: Apache-2.0
"""One module for each section of a run; `measure` adds its rows."""

from . import catalogue, codec, fairness, formats, kernels, large, linear, small, start, stream

ALL = {
    "small": small.measure,
    "large": large.measure,
    "formats": formats.measure,
    "codec": codec.measure,
    "kernels": kernels.measure,
    "catalogue": catalogue.measure,
    "fairness": fairness.measure,
    "linear": linear.measure,
    "start": start.measure,
    "stream": stream.measure,
}
