"""A file of weights as Keras writes it: writes tests/fixtures/keras.h5.

The whole model is saved, with an optimizer that has taken a step, as `model.save` does it. The layers are `conv1`
(3x3, 1 channel to 2), `norm` (batch norm) and a network `inner` within the network, with the dense layer `head` (2 to
3). The `k`-th value of every tensor, in row-major order, is `k / 8`.
"""

import os

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy

import fixture

inner = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, name="head")], name="inner")
model = keras.Sequential(
    [
        keras.Input((3, 3, 1)),
        keras.layers.Conv2D(2, 3, name="conv1"),
        keras.layers.BatchNormalization(name="norm"),
        keras.layers.GlobalAveragePooling2D(name="pool"),
        inner,
    ]
)
model.compile("adam", "mse")
model.train_on_batch(numpy.zeros((1, 3, 3, 1)), numpy.zeros((1, 3)))
for weight in model.weights:
    count = int(numpy.prod(weight.shape))
    weight.assign((numpy.arange(count) / 8).reshape(weight.shape))
path = fixture.FIXTURES / "keras.h5"
model.save(path)
print(f"{path}: {path.stat().st_size} bytes, keras {keras.__version__}")
