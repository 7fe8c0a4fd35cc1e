"""What the made-up papers are about: subjects of several fields, and sentences to say it in.

Nothing here is about a real paper. Every subject is named in title and abstract alike, so that a
keyword of one word finds its papers too.
"""

from __future__ import annotations

from dataclasses import dataclass

_APPLIED_TITLES = (
    "{system}: {method} for {subject} {task}",
    "{Method} for {subject} {task}",
    "{Subject} {task} with {method}",
    "Towards reliable {subject} {task}",
    "Rethinking {task} in {subject}",
    "{system}: {subject} {task} without {burden}",
    "A benchmark of {method} for {subject} {task}",
    "Can {method} help {subject} {task}?",
    "{Subject} {task} under {burden}: a comparison",
    "{Method} meet {subject}: an empirical study",
)
_APPLIED_SENTENCES = (
    (
        "{Task} in {subject} remains difficult in the presence of {burden}.",
        "Progress in {subject} {task} has been held back by {burden}.",
        "Most work on {subject} {task} assumes away {burden}.",
        "We revisit {subject} {task}, a problem that is dominated by {burden}.",
    ),
    (
        "We propose {system}, which combines {method} with {method2}.",
        "We introduce {system}, a simple approach built on {method}.",
        "This paper shows that {method} can take the place of {method2}.",
        "Our approach, {system}, needs neither {burden2} nor a second training stage.",
    ),
    (
        "On {number} data sets it improves the state of the art by {percent} percent.",
        "Experiments on {number} cohorts show gains of {percent} percent over strong baselines.",
        "In a study with {number} readers it was preferred in {percent} percent of the cases.",
        "An ablation on {number} tasks explains the improvement of {percent} percent.",
    ),
    (
        "Code and models are available.",
        "We discuss limitations and failure cases.",
        "The results hold across scanners, sites and random seeds.",
        "We hope that this encourages more careful evaluation.",
    ),
)
_THEORY_TITLES = (
    "On the {task} of {subject}",
    "{Subject} and {method}",
    "A note on {subject} with {burden}",
    "{Method} for {subject}",
    "The {task} of {subject} with {burden}",
    "{Subject} from {method}",
)
_THEORY_SENTENCES = (
    (
        "We study the {task} of {subject}.",
        "We consider {subject} with {burden}.",
        "The {task} of {subject} is an old question.",
    ),
    (
        "Using {method}, we prove a bound of order $n^{{-{number}/{percent}}}$.",
        "By means of {method} we obtain an explicit formula.",
        "We combine {method} with {method2} and remove the assumption of {burden}.",
    ),
    (
        "Several examples are worked out in detail.",
        "As a corollary we recover all {number} known cases.",
        "A conjecture from {number} years ago follows.",
    ),
)


@dataclass(frozen=True)
class Topic:
    """A subject group: the categories its papers go to, and the words they are made of."""

    categories: tuple[tuple[str, ...], ...]
    subjects: tuple[str, ...]
    tasks: tuple[str, ...]
    methods: tuple[str, ...]
    burdens: tuple[str, ...]
    titles: tuple[str, ...] = _APPLIED_TITLES
    sentences: tuple[tuple[str, ...], ...] = _APPLIED_SENTENCES


def _theory(
    categories: tuple[tuple[str, ...], ...],
    subjects: tuple[str, ...],
    methods: tuple[str, ...],
    burdens: tuple[str, ...],
) -> Topic:
    tasks = ("stability", "geometry", "asymptotic behaviour", "structure", "regularity")
    return Topic(categories, subjects, tasks, methods, burdens, _THEORY_TITLES, _THEORY_SENTENCES)


_NETWORKS = (
    "diffusion models",
    "graph neural networks",
    "vision transformers",
    "contrastive learning",
    "self-supervised learning",
    "unrolled optimization",
    "federated learning",
    "implicit neural representations",
    "state space models",
    "large language models",
)
_SCARCITY = (
    "scarce labels",
    "motion artefacts",
    "distribution shift",
    "missing modalities",
    "class imbalance",
    "noisy annotations",
    "long acquisition times",
)

TOPICS: tuple[Topic, ...] = (
    Topic(
        (("eess.IV", "cs.CV"), ("physics.med-ph", "eess.IV"), ("cs.CV", "eess.IV", "cs.LG")),
        (
            "cardiac MRI",
            "low-field MRI",
            "diffusion MRI",
            "functional MRI",
            "fetal MRI",
            "undersampled MRI",
            "quantitative MRI",
        ),
        ("reconstruction", "segmentation", "denoising", "harmonization", "registration"),
        _NETWORKS,
        _SCARCITY,
    ),
    Topic(
        (("eess.IV", "cs.CV"), ("physics.med-ph",), ("eess.IV", "physics.med-ph", "cs.LG")),
        (
            "brain magnetic resonance imaging",
            "accelerated magnetic resonance imaging",
            "magnetic resonance imaging",
            "whole-body magnetic resonance imaging",
        ),
        ("reconstruction", "synthesis", "quality control", "segmentation"),
        _NETWORKS,
        _SCARCITY,
    ),
    Topic(
        (("cs.CV",), ("eess.IV", "cs.CV"), ("cs.CV", "cs.LG"), ("cs.LG", "eess.IV")),
        (
            "medical imaging",
            "medical image analysis",
            "chest radiography",
            "computed tomography",
            "retinal imaging",
            "histopathology",
            "ultrasound",
        ),
        ("classification", "segmentation", "report generation", "lesion detection", "retrieval"),
        _NETWORKS,
        _SCARCITY,
    ),
    Topic(
        (("cs.CV", "cs.LG"), ("cs.LG",), ("stat.ML", "cs.LG"), ("cs.CV", "cs.GR")),
        ("text-to-image", "video", "latent", "discrete", "molecular", "score-based"),
        ("diffusion models", "generation", "editing", "distillation", "sampling"),
        ("flow matching", "guidance", "diffusion models", "consistency training", "quantization"),
        ("slow sampling", "memorized training data", "mode collapse", "large memory"),
    ),
    Topic(
        (("cs.LG",), ("cs.LG", "cs.SI"), ("cs.LG", "q-bio.QM"), ("stat.ML", "cs.LG")),
        ("graph", "molecular graph", "heterogeneous graph", "temporal graph", "hypergraph"),
        ("representation learning", "classification", "link prediction", "pooling"),
        ("graph neural networks", "graph transformers", "message passing", "spectral filters"),
        ("oversmoothing", "heterophily", "missing edges", "long-range dependencies"),
    ),
    Topic(
        (("stat.ML", "cs.LG"), ("cs.LG", "stat.ME"), ("eess.SP", "cs.LG"), ("stat.AP",)),
        ("time series", "multivariate time series", "irregular time series", "sensor data"),
        ("forecasting", "anomaly detection", "imputation", "classification"),
        (
            "state space models",
            "Gaussian processes",
            "patch transformers",
            "large language models",
        ),
        ("missing observations", "regime changes", "heavy tails", "short histories"),
    ),
    Topic(
        (("cs.CL",), ("cs.CL", "cs.AI"), ("cs.AI", "cs.LG"), ("cs.IR", "cs.CL")),
        ("clinical text", "dialogue", "question answering", "legal text", "multilingual text"),
        ("summarization", "evaluation", "retrieval", "alignment", "reasoning"),
        (
            "large language models",
            "retrieval augmentation",
            "preference optimization",
            "chain-of-thought prompting",
        ),
        ("hallucinated facts", "prompt sensitivity", "contaminated benchmarks", "long contexts"),
    ),
    Topic(
        (("cs.RO",), ("cs.RO", "cs.CV"), ("eess.SY", "cs.SY", "cs.RO"), ("cs.MA", "cs.RO")),
        ("pedestrian trajectory", "vehicle trajectory", "robot trajectory", "drone swarm"),
        ("prediction", "planning", "optimization", "control"),
        ("diffusion models", "graph neural networks", "model predictive control", "imitation"),
        ("occlusion", "sparse demonstrations", "rare events", "actuator limits"),
    ),
    Topic(
        (("physics.med-ph",), ("physics.med-ph", "eess.IV"), ("physics.ins-det",)),
        ("proton therapy", "photon-counting detectors", "dose verification", "brachytherapy"),
        ("calibration", "planning", "simulation", "quality assurance"),
        ("Monte Carlo simulation", "deep dose engines", "graph neural networks", "phantoms"),
        ("range uncertainty", "scatter", "patient motion", "detector drift"),
    ),
    Topic(
        (("q-bio.NC",), ("q-bio.QM", "stat.AP"), ("q-bio.NC", "eess.IV"), ("q-bio.PE",)),
        ("neural population", "connectome", "single-cell", "spike train", "epidemic"),
        ("inference", "modelling", "decoding", "clustering"),
        ("latent variable models", "graph neural networks", "mean-field theory", "diffusion MRI"),
        ("short recordings", "batch effects", "unobserved neurons", "under-reporting"),
    ),
    _theory(
        (("math.ST", "stat.TH"), ("math.ST", "stat.TH", "stat.ML"), ("stat.ME",), ("math.PR",)),
        (
            "minimax estimators",
            "empirical Bayes procedures",
            "Fréchet regression",
            "high-dimensional covariance matrices",
            "Schrödinger bridges",
        ),
        ("optimal transport", "concentration inequalities", "Stein's method", "chaining"),
        ("heavy tails", "unknown smoothness", "missing data", "dependent observations"),
    ),
    _theory(
        (("hep-th",), ("hep-th", "gr-qc"), ("hep-th", "math-ph", "math.MP"), ("gr-qc",)),
        (
            "black hole horizons",
            "Kähler moduli spaces",
            "conformal field theories",
            "celestial amplitudes",
            "gauge theories on $S^3 \\times S^1$",
        ),
        ("the conformal bootstrap", "localization", "holography", "resurgence"),
        ("non-invertible symmetries", "finite temperature", "boundaries", "large $N$"),
    ),
    _theory(
        (("quant-ph",), ("cs.IT", "math.IT"), ("quant-ph", "cs.IT", "math.IT"), ("math.OC",)),
        ("quantum channels", "polar codes", "stabilizer codes", "convex programs"),
        ("majorization", "semidefinite programming", "random coding", "entropy inequalities"),
        ("finite block length", "noise", "non-commuting observables", "feedback"),
    ),
    _theory(
        (("math.AG",), ("math.NT",), ("math.AP",), ("cond-mat.stat-mech", "math-ph", "math.MP")),
        ("Hölder continuous flows", "Shimura varieties", "Ising models", "toric surfaces"),
        ("derived categories", "the circle method", "renormalization", "energy estimates"),
        ("singularities", "rough coefficients", "random fields", "non-reduced fibres"),
    ),
)
