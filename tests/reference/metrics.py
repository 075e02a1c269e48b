"""Reference figures of the evaluation, from scikit-learn and statsmodels: writes tests/fixtures/metrics.json.

`cases` hold targets and predictions made by a formula, and what scikit-learn makes of them. A ratio without a
denominator (the precision of a class that is never predicted) is 0. Macro means are over all classes, also
those without images; weighted means are weighted by support.

    regular  200 images, 10 classes: target (7i + 3) % 10,
             prediction (7i + 3 + (1 + i % 3 if i % 5 == 0 else 0)) % 10
    absent   60 images, 5 classes: target i % 4, prediction i % 3; class 3 is never predicted, class 4 does not
             occur at all

`wilson` holds the 95% Wilson interval of `successes` among `images`. Floats have 12 significant digits.
"""

import sklearn
import statsmodels
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support
from statsmodels.stats.proportion import proportion_confint

import fixture


def regular():
    targets = [(7 * i + 3) % 10 for i in range(200)]
    predictions = [(7 * i + 3 + (i % 5 == 0) * (1 + i % 3)) % 10 for i in range(200)]
    return targets, predictions, 10


def absent():
    return [i % 4 for i in range(60)], [i % 3 for i in range(60)], 5


def case(targets, predictions, num_classes):
    def scores(average):
        return precision_recall_fscore_support(
            targets, predictions, labels=range(num_classes), average=average, zero_division=0
        )

    def mean(average):
        precision, recall, f1, _ = scores(average)
        return {"precision": float(precision), "recall": float(recall), "f1": float(f1)}

    precision, recall, f1, support = (values.tolist() for values in scores(average=None))
    matrix = confusion_matrix(targets, predictions, labels=range(num_classes))
    return {
        "num_classes": num_classes,
        "targets": targets,
        "predictions": predictions,
        "accuracy": float(accuracy_score(targets, predictions)),
        # rows are targets, columns predictions
        "confusion": matrix.tolist(),
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "support": support,
        "macro": mean("macro"),
        "weighted": mean("weighted"),
    }


def wilson(successes, images):
    low, high = proportion_confint(successes, images, alpha=0.05, method="wilson")
    return {"successes": successes, "images": images, "low": float(low), "high": float(high)}


def main():
    content = {
        "made_by": "tests/reference/metrics.py",
        "scikit_learn": sklearn.__version__,
        "statsmodels": statsmodels.__version__,
        "cases": {"regular": case(*regular()), "absent": case(*absent())},
        "wilson": [wilson(*pair) for pair in [(0, 10), (5, 10), (10, 10), (9147, 10000), (160, 200)]],
    }
    fixture.write("metrics.json", content, digits=12)


if __name__ == "__main__":
    main()
