import '../../base/no-telemetry.js';

/** ONNX Runtime, which is imported nowhere else: before it, its telemetry is switched off. */
export { InferenceSession, Tensor } from 'onnxruntime-node';
