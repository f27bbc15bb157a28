import type { InputFormat } from '../model/segmentation.js';

/** What the page's script is handed as JSON; files are named by the id of the element that holds them, gzipped and in base64. */
export interface PageData {
  /** The same for all networks, so that an image is made ready once. */
  readonly format: InputFormat;
  readonly grid: number;
  /** The largest first. */
  readonly networks: readonly PageNetwork[];
  readonly images: readonly PageImage[];
}

export interface PageNetwork {
  readonly name: string;
  readonly encoder: string;
  readonly decoder: string;
  /** Of the encoder as it is stored here. */
  readonly megabytes: number;
  readonly encoderParameters: number;
  /** Mean IoU on the report's test images, where it was scored. */
  readonly scores: { readonly box?: number; readonly point?: number };
}

export interface PageImage {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** The image, and what of it the networks see, as addresses of PNGs. */
  readonly picture: string;
  readonly content: string;
}

/** Elements that hold the runtime: its script and its WebAssembly. */
export const RUNTIME_SCRIPT = 'runtime-script';
export const RUNTIME_WASM = 'runtime-wasm';
export const PAGE_DATA = 'page-data';
