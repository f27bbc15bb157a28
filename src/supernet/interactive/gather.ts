import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DataError } from '../../errors.js';
import { createEncoder } from '../model/description.js';
import { type Model, readModel } from '../model/model-folder.js';
import type { Encoder } from '../model/network.js';
import { PRE_TRAINED, type ReportInput } from '../report/report-model.js';
import { exportDecoder, exportEncoder } from '../run-onnx/export.js';
import type { PageNetwork } from './page-data.js';

/** A network with the bytes it takes in the page. */
export interface GatheredNetwork extends Omit<PageNetwork, 'encoder' | 'decoder'> {
  readonly encoder: PageFile;
  readonly decoder: PageFile;
}

/** A file gzipped and in base64. */
export interface PageFile {
  readonly id: string;
  readonly text: string;
}

export interface Gathered {
  readonly model: Model;
  readonly encoder: Encoder;
  readonly networks: readonly GatheredNetwork[];
  /** Networks that would make the page too large, and by how many megabytes it would grow. */
  readonly leftOut: readonly { readonly name: string; readonly megabytes: number }[];
}

export const pageFile = (id: string, bytes: Uint8Array): PageFile => ({
  id,
  text: gzipSync(bytes, { level: 9 }).toString('base64'),
});

/**
 * The networks of a results folder that fit into a page of so many bytes: the smallest subnet, the pre-trained network to
 * hold it against, then the other subnets, the smaller ones first. Weights are in float16, decoders that are the same are there
 * once.
 * @throws DataError (DATA_MISSING) where the folder holds no subnets
 */
export async function gatherNetworks(folder: string, { chosen, rows }: ReportInput, room: number): Promise<Gathered> {
  const subnets = [...chosen]
    .sort((a, b) => a.encoderParameters - b.encoderParameters)
    .map(({ name, encoderParameters }) => ({ name, encoderParameters, path: join(folder, 'models', name) }));
  const first = subnets[0];
  if (first === undefined || !existsSync(first.path)) {
    throw new DataError('DATA_MISSING', `${join(folder, 'models')} does not hold the chosen subnets`, {
      remedy: 'the command at the foot of report.html makes them again',
    });
  }
  const wholeParameters = rows.find(({ name }) => name === PRE_TRAINED)?.encoderParameters ?? 0;
  const before = { name: PRE_TRAINED, encoderParameters: wholeParameters, path: join(folder, 'work/pretrained') };
  const order = [first, ...(existsSync(before.path) ? [before] : []), ...subnets.slice(1)];
  const model = await readModel(first.path);
  const encoder = createEncoder(model.description);

  const networks: GatheredNetwork[] = [];
  const leftOut: { name: string; megabytes: number }[] = [];
  const decoders = new Map<string, PageFile>();
  let left = room;
  for (const { name, encoderParameters, path } of order) {
    const own = await readModel(path);
    const ownEncoder = createEncoder(own.description, encoder.inputSize);
    const how = { interface: 'native', format: 'float16', mask: 'single' } as const;
    // Provenance differs from subnet to subnet where the decoder does not.
    const { provenance: _, ...plainly } = own.description;
    const plain = { ...own, description: { ...plainly, name: 'network' } };
    const encoderBytes = exportEncoder(plain, ownEncoder, how);
    const encoderFile = pageFile(`encoder-${name}`, encoderBytes);
    const decoderFile = pageFile(`decoder-${name}`, exportDecoder(plain, ownEncoder, how));
    const known = decoders.get(decoderFile.text);
    const bytes = encoderFile.text.length + (known === undefined ? decoderFile.text.length : 0);
    if (networks.length > 0 && bytes > left) {
      leftOut.push({ name, megabytes: bytes / 1e6 });
      continue;
    }
    left -= bytes;
    decoders.set(decoderFile.text, known ?? decoderFile);
    const score = (prompt: 'box' | 'point') =>
      rows.find(
        (row) =>
          row.name === name && row.prompt === prompt && row.mask === 'single' && row.inputSize === encoder.inputSize,
      )?.meanIou;
    const [box, point] = [score('box'), score('point')];
    networks.push({
      ...{ name, encoderParameters, megabytes: encoderBytes.length / 1e6 },
      ...{ encoder: encoderFile, decoder: known ?? decoderFile },
      scores: { ...(box !== undefined && { box }), ...(point !== undefined && { point }) },
    });
  }
  return { model, encoder, leftOut, networks: networks.sort((a, b) => b.megabytes - a.megabytes) };
}
