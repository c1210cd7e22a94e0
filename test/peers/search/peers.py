"""Searches a recorded table with a public tool: python peers.py TOOL TABLE TARGET SEED BUDGET SECONDS.

TABLE is what nasbench201_table.py writes: x_0 to x_5, class, accuracy, <target>_ms. Rows of a class are one network, which measures their mean. A cell that is
proposed again is answered from memory and not counted; one that is not in the table is reported as failed and not counted either. Ends when BUDGET
networks are measured, 99 % of the true hypervolume are reached, or SECONDS of the processor are used up. Prints JSON: the share of the true hypervolume after
each measurement, and the seconds of the processor that the tool took for each proposal: other work on the machine does not change them.
"""
import collections
import csv
import json
import sys
import time
import warnings

import moocore
import numpy as np

OPERATIONS = 5
EDGES = 6
ENOUGH = 0.99 - 1e-9


class Table:
    """What each cell measures, and what share of the true hypervolume is found."""

    def __init__(self, path, target):
        rows = list(csv.DictReader(open(path, newline="")))
        members = collections.defaultdict(list)
        for row in rows:
            members[row["class"]].append((float(row[f"{target}_ms"]), 100 - float(row["accuracy"])))
        means = {name: tuple(np.mean(values, axis=0)) for name, values in members.items()}
        self.class_of = {tuple(int(row[f"x_{edge}"]) for edge in range(EDGES)): row["class"] for row in rows}
        self.means = means
        points = np.array(list(means.values()))
        front = points[moocore.is_nondominated(points)]
        self.low, self.extent = front.min(axis=0), np.ptp(front, axis=0)
        self.whole = moocore.hypervolume(self.normalised(front), ref=[1.1, 1.1])

    def normalised(self, points):
        return (np.asarray(points) - self.low) / self.extent

    def share(self, points):
        return float(moocore.hypervolume(self.normalised(points), ref=[1.1, 1.1]) / self.whole)


class Run:
    """Counts what a tool measures, and how long it takes to propose."""

    def __init__(self, table, budget, seconds):
        self.table, self.budget = table, budget
        self.ends_at = time.process_time() + seconds
        self.measured, self.shares, self.proposing, self.proposals = {}, [], 0.0, 0

    @property
    def is_over(self):
        return len(self.shares) >= self.budget or time.process_time() > self.ends_at or (bool(self.shares) and self.shares[-1] >= ENOUGH)

    def measure(self, cell):
        """(latency, error), or None for what is no network."""
        name = self.table.class_of.get(tuple(int(choice) for choice in cell))
        if name is None:
            return None
        if name not in self.measured and not self.is_over:
            self.measured[name] = self.table.means[name]
            self.shares.append(self.table.share(list(self.measured.values())))
        return self.table.means[name]

    def propose(self, action, count=0):
        """Times an action that makes `count` proposals, or takes in what became of them."""
        start = time.process_time()
        value = action()
        self.proposing += time.process_time() - start
        self.proposals += count
        return value


def optuna_search(run, sampler):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(directions=["minimize", "minimize"], sampler=sampler)
    while not run.is_over:

        def ask():
            trial = study.ask()
            return trial, [trial.suggest_categorical(f"x_{edge}", list(range(OPERATIONS))) for edge in range(EDGES)]

        trial, cell = run.propose(ask, 1)
        values = run.measure(cell)
        if values is None:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
        else:
            run.propose(lambda: study.tell(trial, values))


def optuna_nsga2(run, seed):
    import optuna

    optuna_search(run, optuna.samplers.NSGAIISampler(seed=seed))


def optuna_tpe(run, seed):
    import optuna

    optuna_search(run, optuna.samplers.TPESampler(multivariate=True, seed=seed))


def optuna_gp(run, seed):
    import optuna

    optuna_search(run, optuna.samplers.GPSampler(seed=seed))


def pymoo_nsga2(run, seed):
    from pymoo.algorithms.moo.nsga2 import NSGA2, RankAndCrowdingSurvival
    from pymoo.core.mixed import MixedVariableDuplicateElimination, MixedVariableMating, MixedVariableSampling
    from pymoo.core.problem import Problem
    from pymoo.core.variable import Choice
    from pymoo.termination import get_termination

    problem = Problem(vars={f"x_{edge}": Choice(options=list(range(OPERATIONS))) for edge in range(EDGES)}, n_obj=2, n_ieq_constr=0)
    unique = MixedVariableDuplicateElimination()
    algorithm = NSGA2(pop_size=100, sampling=MixedVariableSampling(), mating=MixedVariableMating(eliminate_duplicates=unique), eliminate_duplicates=unique, survival=RankAndCrowdingSurvival())
    algorithm.setup(problem, termination=get_termination("n_gen", 100_000), seed=seed, verbose=False)
    worst = np.max(list(run.table.means.values()), axis=0)
    while not run.is_over:
        population = run.propose(algorithm.ask, 100)
        for individual in population:
            values = run.measure([individual.X[f"x_{edge}"] for edge in range(EDGES)])
            # It knows no failures: what is no network is worse than all that are.
            individual.set("F", np.array(values if values is not None else 2 * worst))
            individual.set("G", np.zeros(0))
        run.propose(lambda: algorithm.tell(infills=population))


def botorch_nehvi(run, seed, random=20, batch=10):
    import torch
    from botorch.acquisition.multi_objective.logei import qLogNoisyExpectedHypervolumeImprovement
    from botorch.acquisition.multi_objective.objective import GenericMCMultiOutputObjective
    from botorch.fit import fit_gpytorch_mll
    from botorch.models import SingleTaskGP
    from botorch.models.transforms.input import FilterFeatures
    from botorch.models.transforms.outcome import Standardize
    from botorch.optim import optimize_acqf_discrete
    from botorch.sampling import SobolQMCNormalSampler
    from botorch.utils.multi_objective.hypervolume import infer_reference_point
    from botorch.utils.multi_objective.pareto import is_non_dominated
    from gpytorch.mlls import ExactMarginalLogLikelihood

    torch.manual_seed(seed)
    cell_of = {}
    for cell, name in run.table.class_of.items():
        cell_of.setdefault(name, cell)
    names = list(cell_of)
    errors = torch.tensor([run.table.means[name][1] for name in names], dtype=torch.double)
    one_hot = torch.nn.functional.one_hot(torch.tensor([cell_of[name] for name in names]), OPERATIONS).flatten(1).double()
    # Accuracy is known: the last column carries it past the Gaussian process, to the objective.
    inputs = torch.cat([one_hot, -errors[:, None]], 1)
    order = np.random.default_rng(seed).permutation(len(names))
    chosen = [int(index) for index in order[:random]]
    for index in chosen:
        run.measure(cell_of[names[index]])

    def ask():
        x = inputs[chosen]
        y = torch.tensor([[-np.log(run.table.means[names[index]][0])] for index in chosen], dtype=torch.double)
        latency = SingleTaskGP(x, y, outcome_transform=Standardize(1), input_transform=FilterFeatures(torch.arange(EDGES * OPERATIONS)))
        fit_gpytorch_mll(ExactMarginalLogLikelihood(latency.likelihood, latency))
        objective = GenericMCMultiOutputObjective(lambda samples, X: torch.stack([-torch.exp(-samples[..., 0]), X[..., -1].expand(samples.shape[:-1])], -1))
        known = torch.stack([-torch.exp(-y[:, 0]), x[:, -1]], -1)
        acquisition = qLogNoisyExpectedHypervolumeImprovement(
            model=latency,
            ref_point=infer_reference_point(known[is_non_dominated(known)]),
            X_baseline=x,
            sampler=SobolQMCNormalSampler(torch.Size([64]), seed=seed),
            objective=objective,
            prune_baseline=True,
        )
        left = [index for index in range(len(names)) if index not in set(chosen)]
        picked, _ = optimize_acqf_discrete(acquisition, q=batch, choices=inputs[left], max_batch_size=512, unique=True)
        place = {tuple(row.tolist()): index for row, index in zip(inputs[left], left)}
        return [place[tuple(row.tolist())] for row in picked]

    while not run.is_over:
        for index in run.propose(ask, batch):
            chosen.append(index)
            run.measure(cell_of[names[index]])


TOOLS = {"optuna-nsga2": optuna_nsga2, "optuna-tpe": optuna_tpe, "optuna-gp": optuna_gp, "pymoo-nsga2": pymoo_nsga2, "botorch-qlognehvi": botorch_nehvi}


def main():
    tool, path, target, seed, budget, seconds = sys.argv[1:]
    warnings.simplefilter("ignore")
    run = Run(Table(path, target), int(budget), float(seconds))
    TOOLS[tool](run, int(seed))
    print(json.dumps({"shares": run.shares, "secondsPerProposal": run.proposing / max(1, run.proposals), "isCut": time.process_time() > run.ends_at}))


main()
