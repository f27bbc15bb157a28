import type { INamespace } from 'protobufjs';

/**
 * The part of the ONNX interchange format that the project reads and writes, as a protobuf descriptor: message
 * fields by number (onnx.proto, proto2 syntax; lists of numbers may come packed or not).
 */
export const onnxSchema: INamespace = {
  nested: {
    onnx: {
      nested: {
        Model: fields({
          irVersion: ['int64', 1],
          producerName: ['string', 2],
          graph: ['Graph', 7],
          opsetImport: ['OperatorSet', 8, 'repeated'],
          metadataProps: ['Entry', 14, 'repeated'],
        }),
        OperatorSet: fields({ domain: ['string', 1], version: ['int64', 2] }),
        Entry: fields({ key: ['string', 1], value: ['string', 2] }),
        Graph: fields({
          node: ['Node', 1, 'repeated'],
          name: ['string', 2],
          initializer: ['Tensor', 5, 'repeated'],
          input: ['Value', 11, 'repeated'],
          output: ['Value', 12, 'repeated'],
        }),
        Node: fields({
          input: ['string', 1, 'repeated'],
          output: ['string', 2, 'repeated'],
          name: ['string', 3],
          opType: ['string', 4],
          attribute: ['Attribute', 5, 'repeated'],
          domain: ['string', 7],
        }),
        Attribute: fields({
          name: ['string', 1],
          f: ['float', 2],
          i: ['int64', 3],
          s: ['bytes', 4],
          t: ['Tensor', 5],
          g: ['Graph', 6],
          floats: ['float', 7, 'repeated'],
          ints: ['int64', 8, 'repeated'],
          strings: ['bytes', 9, 'repeated'],
          type: ['int32', 20],
        }),
        Tensor: fields({
          dims: ['int64', 1, 'repeated'],
          dataType: ['int32', 2],
          floatData: ['float', 4, 'repeated'],
          int32Data: ['int32', 5, 'repeated'],
          int64Data: ['int64', 7, 'repeated'],
          name: ['string', 8],
          rawData: ['bytes', 9],
          doubleData: ['double', 10, 'repeated'],
          dataLocation: ['int32', 14],
        }),
        Value: fields({ name: ['string', 1], type: ['Type', 2] }),
        Type: fields({ tensorType: ['TensorType', 1] }),
        TensorType: fields({ elemType: ['int32', 1], shape: ['Shape', 2] }),
        Shape: fields({ dim: ['Dimension', 1, 'repeated'] }),
        Dimension: {
          ...fields({ dimValue: ['int64', 1], dimParam: ['string', 2] }),
          oneofs: { value: { oneof: ['dimValue', 'dimParam'] } },
        },
      },
    },
  },
};

function fields(table: { readonly [name: string]: readonly [type: string, id: number, rule?: 'repeated'] }) {
  return {
    fields: Object.fromEntries(
      Object.entries(table).map(([name, [type, id, rule]]) => [
        name,
        { type, id, ...(rule === undefined ? {} : { rule }), options: { packed: false } },
      ]),
    ),
  };
}
