# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # Which regions does a model of loan defaults serve badly?
# Five million predicted probabilities are evaluated by region: three losses with their intervals, and five metrics.
#
#     make wheel
#     python3 -m venv evaluation && evaluation/bin/pip install clients/python/dist/loss_server-*.whl
#     evaluation/bin/pip install pandas matplotlib
#     evaluation/bin/python examples/evaluation.py
#
# Each `# %%` is a cell of a notebook. The picture is written to `evaluation.png`.

# %%
import sys
import time

import matplotlib
import numpy as np
import pandas as pd

import loss_server

if "ipykernel" not in sys.modules:
    matplotlib.use("Agg")
from matplotlib import pyplot

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 5_000_000

# %% [markdown]
# ## The data
# The model is calibrated, except in the North, where it is too sure of itself, and in the Islands, where it knows less.

# %%
rng = np.random.default_rng(7)
regions = pd.Categorical.from_codes(
    rng.choice(6, ROWS, p=[0.3, 0.25, 0.2, 0.15, 0.07, 0.03]).astype(np.int8),
    categories=["Centre", "East", "West", "South", "North", "Islands"],
)
risk = rng.normal(-2, 1.5, ROWS)
noise = np.where(regions == "Islands", 2.0, 0.4)
believed = (risk + noise * rng.normal(size=ROWS)) * np.where(regions == "North", 2.0, 1.0)
loans = pd.DataFrame(
    {
        "region": regions,
        "probability": (1 / (1 + np.exp(-believed))).astype(np.float32),
        "defaulted": rng.random(ROWS) < 1 / (1 + np.exp(-risk)),
    }
)
print(loans.head())

# %% [markdown]
# ## The evaluation
# One request: the server of the wheel reads the columns in binary, and computes everything in one pass.

# %%
server = loss_server.serve(body_bytes="1GiB", memory_bytes="4GiB")
client = server.client(timeout=600)

metrics = ["accuracy", "f1", "balanced_accuracy", "matthews_corrcoef", "roc_auc"]
start = time.perf_counter()
evaluation = client.evaluate(
    loans,
    columns={"predictions": "probability", "targets": "defaulted", "groups": "region"},
    losses=["binary_cross_entropy", "brier", {"loss": "binary_focal", "gamma": 2, "name": "focal"}],
    metrics=metrics,
)
print(f"{ROWS:,} rows in {time.perf_counter() - start:.1f} s")

values = pd.DataFrame(evaluation.rows()).fillna({"group": "all"})
table = values.pivot(index="group", columns="name", values="value")
print(table.round(4).to_string())

# %% [markdown]
# ## The picture
# The bars of the losses are their 95 % intervals.

# %%
figure, axes = pyplot.subplots(2, 1, figsize=(10, 8), layout="constrained")
for place, name in enumerate(["binary_cross_entropy", "brier", "focal"]):
    rows = values[values["name"] == name]
    middle = rows["value"].to_numpy()
    spread = [middle - rows["lower"].to_numpy(), rows["upper"].to_numpy() - middle]
    axes[0].errorbar(np.arange(len(rows)) + 0.1 * (place - 1), middle, spread, fmt="o", capsize=4, label=name)
axes[0].set_xticks(range(len(rows)), rows["group"])
axes[0].set(title="Losses, lower is better", ylim=(0, None))
axes[0].legend()
table.loc[rows["group"], metrics].plot.bar(
    ax=axes[1], rot=0, ylim=(0, 1.1), title="Metrics, higher is better", xlabel=""
)
axes[1].legend(ncols=5, loc="upper center")
figure.savefig("evaluation.png", dpi=150)
print("evaluation.png")

# %%
server.stop()
