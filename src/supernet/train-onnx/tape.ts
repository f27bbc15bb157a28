import type { OnnxModel, OnnxNode } from '../formats/onnx/proto.js';
import { createGraphBuilder, type GraphBuilder } from '../run-onnx/graph-builder.js';

/** A value of the graphs under construction. Reshaping one gives another value of the same tensor. */
export interface Value {
  /** Of the tensor it is read from. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether it depends on something whose gradient is asked for. */
  readonly flows: boolean;
}

/** A graph with what its inputs are fed from and what its outputs are. */
export interface Program {
  readonly model: OnnxModel;
  readonly feeds: readonly Wire[];
  readonly results: readonly Wire[];
}

/** An input or output of a graph, the tensor that it is and the shape it has there. */
export interface Wire {
  readonly port: string;
  readonly tensor: string;
  readonly shape: readonly number[];
}

export interface NodeOptions {
  readonly attributes?: OnnxNode['attributes'];
  /** Further inputs, as 64-bit integers. */
  readonly integers?: readonly (readonly number[])[];
  readonly domain?: string;
}

type Phase = 'forward' | 'backward';

/** Where a tensor comes from: a node of a graph, an input (neither graph makes it), or numbers that both may hold. */
type Origin =
  | { readonly kind: 'node'; readonly phase: Phase; readonly shape: readonly number[] }
  | { readonly kind: 'input' }
  | { readonly kind: 'constant'; readonly data: Float32Array };

interface Step {
  readonly outputs: readonly Value[];
  backward(gradients: readonly Value[]): void;
}

export type Tape = ReturnType<typeof createTape>;

/**
 * Reverse-mode differentiation of a graph under construction. Operations write nodes and record how gradients go back through them;
 * `gradients` plays the records backwards into a second graph. What that one reads of the first becomes an output of the first.
 */
export function createTape() {
  const graphs = { forward: createGraph('f'), backward: createGraph('b') };
  const origins = new Map<string, Origin>();
  const gradients = new Map<string, Value>();
  const scalars = new Map<number, Float32Array>();
  let phase: Phase = 'forward';
  let steps: Step[] = [];
  let isRecording = true;

  /** The name under which the graph under construction reads a value. */
  const reference = ({ name, shape }: Value): string => {
    const graph = graphs[phase];
    const origin = origins.get(name) as Origin;
    if (origin.kind === 'constant') return graph.builder.floats(origin.data, shape);
    const isHere = origin.kind === 'node' && origin.phase === phase;
    if (isHere && `${origin.shape}` === `${shape}`) return name;
    return isHere ? graph.reshaped(name, shape) : graph.fed(name, shape);
  };
  const nodes = (
    opType: string,
    inputs: readonly Value[],
    shapes: readonly (readonly number[])[],
    { attributes, integers = [], domain }: NodeOptions = {},
  ): Value[] => {
    const { builder } = graphs[phase];
    const names = [...inputs.map(reference), ...integers.map((values) => builder.integers(values))];
    const flows = inputs.some((input) => input.flows);
    return builder.node(opType, names, attributes, shapes.length, domain).map((name, i) => {
      const shape = shapes[i] as readonly number[];
      origins.set(name, { kind: 'node', phase, shape });
      return { name, shape, flows };
    });
  };
  const node = (opType: string, inputs: readonly Value[], shape: readonly number[], options?: NodeOptions): Value =>
    nodes(opType, inputs, [shape], options)[0] as Value;
  const input = (name: string, shape: readonly number[], flows = false): Value => {
    origins.set(name, { kind: 'input' });
    return { name, shape, flows };
  };
  const constant = (data: Float32Array, shape: readonly number[]): Value => {
    const name = `constant ${origins.size}`;
    origins.set(name, { kind: 'constant', data });
    return { name, shape, flows: false };
  };
  const add = (x: Value, gradient: Value) => {
    const known = gradients.get(x.name);
    const sum = known && node('Add', [known, { ...gradient, shape: known.shape }], known.shape);
    gradients.set(x.name, sum ?? gradient);
  };
  const playBack = (recorded: readonly Step[]) => {
    for (const { outputs, backward } of [...recorded].reverse()) {
      const found = outputs.map(({ name, shape }) => {
        const gradient = gradients.get(name);
        return gradient && { ...gradient, shape };
      });
      if (found.every((gradient) => gradient !== undefined)) backward(found);
    }
  };
  const record = (outputs: readonly Value[], backward: Step['backward']): void => {
    if (isRecording && outputs.some(({ flows }) => flows)) steps.push({ outputs, backward });
  };
  const isMade = (tensor: string): boolean => origins.get(tensor)?.kind === 'node';
  const silently = <R>(make: () => R): R => {
    const before = isRecording;
    isRecording = false;
    const made = make();
    isRecording = before;
    return made;
  };

  return {
    input,
    constant,
    scalar: (value: number): Value => {
      const data = scalars.get(value) ?? Float32Array.of(value);
      scalars.set(value, data);
      return constant(data, [1]);
    },
    node,
    nodes,
    /** How the gradients of an operation's outputs, which all are there, become those of its inputs (by `give`). */
    record,
    /** Adds to the gradient of a value; the gradient is made only where it is asked for. */
    give: (x: Value, gradient: () => Value): void => {
      if (x.flows) add(x, gradient());
    },
    /** Keeps nothing of what `make` computes between its inputs and its result: the backward graph computes it again. */
    recomputed: (make: () => Value): Value => {
      const y = silently(make);
      record([y], ([gradient]) => {
        const outer = steps;
        steps = [];
        isRecording = true;
        const again = make();
        isRecording = false;
        add(again, gradient as Value);
        playBack(steps);
        steps = outer;
      });
      return y;
    },
    /**
     * Ends the graphs. Gradients of the outputs are the backward graph's inputs `gradient 0`, `gradient 1`, …; its results are
     * the gradients of those of `wanted` that the outputs depend on.
     */
    finish: (outputs: readonly Value[], wanted: readonly Value[]): [Program, Program | undefined] => {
      /** A result of a node of its own in the graph under construction. */
      const asResult = (value: Value, taken: Set<string>): Value => {
        const origin = origins.get(value.name);
        const isOwn = origin?.kind === 'node' && origin.phase === phase && !taken.has(value.name);
        const own = isOwn ? value : node('Identity', [value], value.shape);
        taken.add(own.name);
        return own;
      };
      const taken = new Set<string>();
      const ends = silently(() => outputs.map((output) => asResult(output, taken)));
      let second: Program | undefined;
      if (outputs.some(({ flows }) => flows)) {
        phase = 'backward';
        isRecording = false;
        outputs.forEach((output, i) => {
          if (output.flows) add(output, input(`gradient ${i}`, output.shape));
        });
        playBack(steps);
        const results = wanted.flatMap((value) => {
          const gradient = gradients.get(value.name);
          return gradient === undefined ? [] : [{ port: asResult(gradient, taken).name, tensor: value.name }];
        });
        if (results.length > 0) second = graphs.backward.finish(results, origins);
      }
      const saved = (second?.feeds ?? []).map(({ tensor }) => tensor).filter((tensor) => isMade(tensor));
      const kept = new Set([...ends.map((end) => end.name), ...saved]);
      const first = graphs.forward.finish(
        [...kept].map((tensor) => ({ port: tensor, tensor })),
        origins,
      );
      return [first, second];
    },
  };
}

/** One of the two graphs, with what it reads from outside of it. */
function createGraph(prefix: string) {
  const builder: GraphBuilder = createGraphBuilder(new Map(), prefix);
  const views = new Map<string, string>();
  const feeds: Wire[] = [];
  const once = (name: string, shape: readonly number[], make: () => string): string => {
    const key = `${name} as ${shape}`;
    const known = views.get(key) ?? make();
    views.set(key, known);
    return known;
  };
  return {
    builder,
    reshaped: (name: string, shape: readonly number[]): string =>
      once(name, shape, () => builder.node('Reshape', [name, builder.integers(shape)])[0] as string),
    /** The same numbers come in once for every shape they are read in: a reshape inside would copy them. */
    fed: (tensor: string, shape: readonly number[]): string =>
      once(tensor, shape, () => {
        const port = `${prefix}in${feeds.length}`;
        feeds.push({ port, tensor, shape });
        return builder.input(port, shape).name;
      }),
    finish: (results: readonly Omit<Wire, 'shape'>[], origins: ReadonlyMap<string, Origin>): Program => {
      const shaped = results.map(({ port, tensor }) => {
        const origin = origins.get(port);
        return { port, tensor, shape: origin?.kind === 'node' ? origin.shape : [] };
      });
      for (const { port, shape } of shaped) builder.expose({ name: port, shape });
      return pruned({ model: builder.finish('training'), feeds, results: shaped });
    },
  };
}

/** Without what no result depends on. */
function pruned({ model, feeds, results }: Program): Program {
  const needed = new Set(results.map(({ port }) => port));
  const nodes = [...model.graph.nodes].reverse().filter(({ outputs, inputs }) => {
    if (!outputs.some((output) => needed.has(output))) return false;
    for (const name of inputs) needed.add(name);
    return true;
  });
  const { inputs, initializers } = model.graph;
  const graph = {
    ...model.graph,
    nodes: nodes.reverse(),
    inputs: inputs.filter(({ name }) => needed.has(name)),
    initializers: initializers.filter(({ name }) => needed.has(name)),
  };
  return { model: { ...model, graph }, feeds: feeds.filter(({ port }) => needed.has(port)), results };
}
