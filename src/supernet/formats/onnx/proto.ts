import protobuf from 'protobufjs/light.js';
import { ModelError } from '../../../errors.js';
import { onnxSchema } from './proto-schema.js';
import {
  fromWireTensor,
  type OnnxElementType,
  type OnnxTensor,
  onnxTypeCode,
  toWireTensor,
  typeOfCode,
  type WireTensor,
} from './proto-tensor.js';

export type { OnnxElementType, OnnxTensor } from './proto-tensor.js';

export interface OnnxModel {
  readonly irVersion: number;
  readonly producerName: string;
  /** Version of the default operator set. */
  readonly opset: number;
  readonly metadata: { readonly [key: string]: string };
  readonly graph: OnnxGraph;
}

export interface OnnxGraph {
  readonly name: string;
  /** In execution order. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  /** Of an operator that is not in the default set. */
  readonly domain?: string;
  /** An empty name is an optional input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: { readonly [name: string]: OnnxAttribute };
}

/** Exactly one kind of value an attribute. Integers are exact up to 2^53. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly tensor: OnnxTensor }
  | { readonly graph: OnnxGraph }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] };

/** A graph input or output. A dimension is a size, or the name of one that is known at run time. */
export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxElementType;
  readonly shape: readonly (number | string)[];
}

/** Reads an ONNX file. Throws `ModelError` when the bytes are none, or hold something the project has no use for. */
export function decodeModel(bytes: Uint8Array, label = 'ONNX file'): OnnxModel {
  const wire = readWire(bytes, label);
  return {
    irVersion: wire.irVersion ?? 0,
    producerName: wire.producerName ?? '',
    opset: wire.opsetImport.find((set) => (set.domain ?? '') === '')?.version ?? 0,
    metadata: metadataOf(wire),
    graph: readGraph(wire.graph),
  };
}

/** What an ONNX file takes and gives, and what is written beside the graph; its tensors, of whatever type, are not read. */
export interface OnnxSignature {
  readonly metadata: { readonly [key: string]: string };
  readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[];
  readonly outputs: readonly string[];
}

/** Throws `ModelError` when the bytes are no ONNX file. */
export function readSignature(bytes: Uint8Array, label: string): OnnxSignature {
  const wire = readWire(bytes, label);
  const weights = new Set(wire.graph.initializer.map(({ name }) => name));
  return {
    metadata: metadataOf(wire),
    // Old exporters list the weights among the inputs.
    inputs: wire.graph.input
      .filter(({ name }) => !weights.has(name))
      .map((value) => ({ name: value.name ?? '', shape: shapeOf(value) })),
    outputs: wire.graph.output.map(({ name }) => name ?? ''),
  };
}

export function encodeModel(model: OnnxModel): Uint8Array {
  const wire: WireModel = {
    irVersion: model.irVersion,
    producerName: model.producerName,
    graph: writeGraph(model.graph),
    opsetImport: [{ domain: '', version: model.opset }, ...otherDomains(model.graph)],
    metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
  };
  return modelMessage.encode(modelMessage.fromObject(wire)).finish();
}

/** Operators of another domain are asked for in its first version. */
const otherDomains = ({ nodes }: OnnxGraph) =>
  [...new Set(nodes.flatMap(({ domain }) => domain ?? []))].map((domain) => ({ domain, version: 1 }));

const modelMessage = protobuf.Root.fromJSON(onnxSchema).lookupType('onnx.Model');

function readWire(bytes: Uint8Array, label: string): WireModel & { readonly graph: WireGraph } {
  let wire: WireModel;
  try {
    wire = modelMessage.toObject(modelMessage.decode(bytes), { longs: Number, arrays: true }) as WireModel;
  } catch (cause) {
    throw notOnnx(label, cause);
  }
  const { graph } = wire;
  if (graph === undefined) throw notOnnx(label, undefined);
  return { ...wire, graph };
}

const metadataOf = ({ metadataProps }: WireModel): OnnxModel['metadata'] =>
  Object.fromEntries(metadataProps.map(({ key, value }) => [key ?? '', value ?? '']));

// The messages as protobuf has them: every single field may be absent, every repeated one is a list.
interface WireModel {
  readonly irVersion?: number;
  readonly producerName?: string;
  readonly graph?: WireGraph;
  readonly opsetImport: readonly { readonly domain?: string; readonly version?: number }[];
  readonly metadataProps: readonly { readonly key?: string; readonly value?: string }[];
}

interface WireGraph {
  readonly name?: string;
  readonly node: readonly WireNode[];
  readonly initializer: readonly WireTensor[];
  readonly input: readonly WireValue[];
  readonly output: readonly WireValue[];
}

interface WireNode {
  readonly name?: string;
  readonly opType?: string;
  readonly domain?: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly WireAttribute[];
}

interface WireAttribute {
  readonly name?: string;
  readonly type?: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly t?: WireTensor;
  readonly g?: WireGraph;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
  readonly strings?: readonly Uint8Array[];
}

interface WireValue {
  readonly name?: string;
  readonly type?: { readonly tensorType?: WireTensorType };
}

interface WireTensorType {
  readonly elemType?: number;
  readonly shape?: { readonly dim: readonly { readonly dimValue?: number; readonly dimParam?: string }[] };
}

function readGraph(wire: WireGraph): OnnxGraph {
  return {
    name: wire.name ?? '',
    nodes: wire.node.map((node) => ({
      name: node.name ?? '',
      opType: node.opType ?? '',
      ...(node.domain && { domain: node.domain }),
      inputs: node.input,
      outputs: node.output,
      attributes: Object.fromEntries(node.attribute.map((a) => [a.name ?? '', readAttribute(a)])),
    })),
    initializers: wire.initializer.map(fromWireTensor),
    inputs: wire.input.map(readValue),
    outputs: wire.output.map(readValue),
  };
}

function writeGraph(graph: OnnxGraph): WireGraph {
  return {
    name: graph.name,
    node: graph.nodes.map((node) => ({
      name: node.name,
      opType: node.opType,
      ...(node.domain !== undefined && { domain: node.domain }),
      input: node.inputs,
      output: node.outputs,
      attribute: Object.entries(node.attributes).map(([name, value]) => ({ name, ...writeAttribute(value) })),
    })),
    initializer: graph.initializers.map(toWireTensor),
    input: graph.inputs.map(writeValue),
    output: graph.outputs.map(writeValue),
  };
}

/** A zero may be left out on the wire, so the attribute's declared type decides. */
function readAttribute(wire: WireAttribute): OnnxAttribute {
  switch (wire.type) {
    case 1:
      return { float: wire.f ?? 0 };
    case 2:
      return { int: wire.i ?? 0 };
    case 3:
      return { string: text(wire.s) };
    case 4:
      return { tensor: fromWireTensor(wire.t ?? { dims: [] }) };
    case 5:
      return { graph: readGraph(wire.g ?? { node: [], initializer: [], input: [], output: [] }) };
    case 6:
      return { floats: wire.floats ?? [] };
    case 7:
      return { ints: wire.ints ?? [] };
    case 8:
      return { strings: (wire.strings ?? []).map(text) };
    default:
      throw new ModelError(
        'MODEL_ONNX',
        `ONNX attribute "${wire.name}" has type ${wire.type}, which is not supported`,
        {
          remedy: 'export the network without sparse tensors and training information',
        },
      );
  }
}

function writeAttribute(attribute: OnnxAttribute): WireAttribute {
  if ('float' in attribute) return { type: 1, f: attribute.float };
  if ('int' in attribute) return { type: 2, i: attribute.int };
  if ('string' in attribute) return { type: 3, s: utf8(attribute.string) };
  if ('tensor' in attribute) return { type: 4, t: toWireTensor(attribute.tensor) };
  if ('graph' in attribute) return { type: 5, g: writeGraph(attribute.graph) };
  if ('floats' in attribute) return { type: 6, floats: attribute.floats };
  if ('ints' in attribute) return { type: 7, ints: attribute.ints };
  return { type: 8, strings: attribute.strings.map(utf8) };
}

function readValue(wire: WireValue): OnnxValue {
  const tensor = wire.type?.tensorType ?? {};
  return {
    name: wire.name ?? '',
    type: typeOfCode(tensor.elemType ?? 0, wire.name ?? ''),
    shape: shapeOf(wire),
  };
}

const shapeOf = ({ type }: WireValue): readonly (number | string)[] =>
  (type?.tensorType?.shape?.dim ?? []).map((dim) => dim.dimValue ?? dim.dimParam ?? '?');

function writeValue(value: OnnxValue): WireValue {
  const dim = value.shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name: value.name, type: { tensorType: { elemType: onnxTypeCode(value.type), shape: { dim } } } };
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes ?? new Uint8Array());
const utf8 = (value: string) => new TextEncoder().encode(value);

const notOnnx = (label: string, cause: unknown) =>
  new ModelError('MODEL_ONNX', `${label} is not a readable ONNX model (truncated or another format)`, {
    cause,
    remedy: 'fetch or install the file again',
  });
