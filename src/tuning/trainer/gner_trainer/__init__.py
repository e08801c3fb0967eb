"""The built-in model of gner: architecture, reference decoding, export to ONNX and quantisation."""
