import { isMainThread } from 'node:worker_threads';

/*
 * ONNX Runtime's builds for Linux and macOS (1.30 at least) keep an identifier of the machine in the home folder and send what is run to
 * its makers, unless this variable of the process says no when the first network is loaded. Of a thread's own variables native code
 * sees none, so that the main thread imports this before it starts any. Whoever has set it keeps what it says.
 */
if (isMainThread) process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
