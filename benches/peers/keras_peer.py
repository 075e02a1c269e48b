"""One contestant's run in Keras on TensorFlow: trains an epoch, evaluates, and prints its figures as JSON."""

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers as L  # noqa: E402

import fashion_mnist  # noqa: E402
from networks import NETWORKS, SIDE, Conv, Dense, Network, Pool  # noqa: E402

POOLINGS = {"max": L.MaxPooling2D, "average": L.AveragePooling2D}


def build(network: Network, steps_per_execution: int) -> keras.Model:
    """The compiled network; Keras's own defaults are Glorot uniform weights and zero biases."""
    net = keras.Sequential([keras.Input((SIDE, SIDE, 1))])
    flat = False
    for layer in network.layers:
        match layer:
            case Conv():
                net.add(L.Conv2D(layer.maps, layer.kernel, padding=layer.padding, activation=layer.activation))
            case Pool():
                net.add(POOLINGS[layer.kind](2))
            case Dense():
                if not flat:
                    net.add(L.Flatten())
                    flat = True
                net.add(L.Dense(layer.units, activation=layer.activation))
    net.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=steps_per_execution,
    )
    return net


class Stopwatch(keras.callbacks.Callback):
    """Times the epoch or the evaluation itself, without what `fit` and `evaluate` do to set themselves up."""

    def __init__(self) -> None:
        super().__init__()
        self.started = 0.0
        self.seconds = 0.0

    def on_epoch_begin(self, epoch, logs=None) -> None:
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None) -> None:
        self.seconds = time.perf_counter() - self.started

    def on_test_begin(self, logs=None) -> None:
        self.started = time.perf_counter()

    def on_test_end(self, logs=None) -> None:
        self.seconds = time.perf_counter() - self.started


def arrays(folder: Path, split: str, limit: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Images as floats from 0 to 1, `[images, 28, 28, 1]`, and labels."""
    images, labels = fashion_mnist.load(folder, split, limit)
    return np.divide(images[..., None], 255, dtype=np.float32), labels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("data", type=Path, help="folder with the four files of Fashion-MNIST")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--eval-batch-size", type=int, default=500)
    parser.add_argument("--eval-passes", type=int, default=1, help="how often all test images are evaluated")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, default=60_000, help="train on the first N images")
    # Keras's default is 1. With 32 the small networks train much faster; convlab, too, reads its sums back that often.
    parser.add_argument("--steps-per-execution", type=int, default=1)
    args = parser.parse_args()

    tf.config.threading.set_intra_op_parallelism_threads(args.threads)
    tf.config.threading.set_inter_op_parallelism_threads(args.threads)
    keras.utils.set_random_seed(42)
    images, labels = arrays(args.data, "train", args.limit)
    test = arrays(args.data, "t10k")
    net = build(NETWORKS[args.network], args.steps_per_execution)

    # Tracing stays out of the timing: as many steps as are executed at once, and a smaller last batch if there is one.
    net.optimizer.build(net.trainable_variables)
    initial = [value.numpy() for value in (*net.variables, *net.optimizer.variables)]
    warm = args.steps_per_execution * args.batch_size + len(images) % args.batch_size
    net.fit(images[:warm], labels[:warm], batch_size=args.batch_size, epochs=1, verbose=0)
    # What the warm-up taught is forgotten, Adam's moments included.
    for variable, value in zip((*net.variables, *net.optimizer.variables), initial):
        variable.assign(value)

    watch = Stopwatch()
    history = net.fit(images, labels, batch_size=args.batch_size, epochs=1, verbose=0, callbacks=[watch]).history
    train_seconds = watch.seconds
    net.evaluate(*test, batch_size=args.eval_batch_size, verbose=0)  # warm-up
    eval_seconds = 0.0
    for _ in range(args.eval_passes):
        _, test_accuracy = net.evaluate(*test, batch_size=args.eval_batch_size, verbose=0, callbacks=[watch])
        eval_seconds += watch.seconds
    figures = {
        "version": f"Keras {keras.__version__} on TensorFlow {tf.__version__}",
        "parameters": net.count_params(),
        "train_images_per_second": len(images) / train_seconds,
        "eval_images_per_second": args.eval_passes * len(test[0]) / eval_seconds,
        "train_loss": history["loss"][0],
        "train_accuracy": history["accuracy"][0],
        "test_accuracy": test_accuracy,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
