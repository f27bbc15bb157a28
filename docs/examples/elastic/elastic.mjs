/**
 * An elastic encoder in Node (ort = onnxruntime-node) or a browser (ort = onnxruntime-web): times the subnets of `index`
 * (subnets.json) on this device and keeps the best that encodes an image within so many milliseconds, else the quickest.
 */
export async function openElastic(ort, encoder, index, { milliseconds = Infinity, runs = 5, options = {} } = {}) {
  const session = await ort.InferenceSession.create(encoder, { logSeverityLevel: 3, ...options });
  const side = session.inputMetadata?.find(({ name }) => name === 'input')?.shape[2] ?? 1024;
  const encode = async ({ sizes }, pixels) => {
    const input = new ort.Tensor('float32', pixels, [1, 3, side, side]);
    const subnet = new ort.Tensor('int64', BigInt64Array.from(sizes, BigInt), [sizes.length]);
    return (await session.run({ input, subnet })).image_embeddings;
  };
  const blank = new Float32Array(3 * side * side);
  const time = async (subnet) => {
    const times = [];
    // The first run allocates.
    for (let run = 0; run <= runs; run++) {
      const start = performance.now();
      await encode(subnet, blank);
      if (run > 0) times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[Math.floor(runs / 2)];
  };
  let chosen;
  for (const subnet of milliseconds === Infinity ? [] : index.subnets) {
    const found = { subnet, milliseconds: await time(subnet) };
    if (chosen === undefined || found.milliseconds < chosen.milliseconds) chosen = found;
    if (found.milliseconds <= milliseconds) break;
  }
  chosen ??= { subnet: index.subnets[0] };
  return { session, ...chosen, encode: (pixels, subnet = chosen.subnet) => encode(subnet, pixels) };
}
